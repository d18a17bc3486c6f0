import { expect, test } from 'vitest'
import type { Queries } from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { aContact, aConversation } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const contacts = '/api/v1/accounts/1/contacts'

const createApp = () => {
  const asked: Parameters<Queries['contacts']>[] = []
  const test = createTestApp({
    queries: {
      contacts: async (...question) => {
        asked.push(question)
        return { count: 31, page: [aContact] }
      },
      contact: async (accountId, id) => (accountId === 1 && id === 8 ? aContact : undefined),
      contactConversations: async () => [aConversation],
    },
  })
  return { ...test, asked }
}

const json = {
  id: 8,
  name: 'Ida Wren',
  email: null,
  phone_number: null,
  identifier: null,
  blocked: false,
  thumbnail: 'https://cdn.test/ida.jpg',
  availability_status: 'offline',
  additional_attributes: { social_instagram_user_name: 'ida' },
  custom_attributes: {},
  created_at: (now - hours(3)) / 1000,
  contact_inboxes: [
    {
      source_id: '9007199254740993',
      inbox: { id: 5, avatar_url: '', channel_id: 5, name: 'Loft & Seed', channel_type: 'Channel::Instagram', provider: null },
    },
  ],
}

test('contacts, page by page', async () => {
  const test = createApp()
  expect((await ask(test, `${contacts}?page=2`)).body).toEqual({ meta: { count: 31, current_page: 2 }, payload: [json] })
  await ask(test, contacts)
  expect(test.asked).toEqual([
    [1, 2],
    [1, 1],
  ])
})

test('a search tells whether there is more', async () => {
  const test = createApp()
  expect((await ask(test, `${contacts}/search?q=ida%20w`)).body).toEqual({
    meta: { count: 31, current_page: 1, has_more: true },
    payload: [json],
  })
  expect((await ask(test, `${contacts}/search?q=ida&page=3`)).body.meta).toEqual({ count: 31, current_page: 3, has_more: false })
  expect(test.asked).toEqual([
    [1, 1, 'ida w'],
    [1, 3, 'ida'],
  ])
})

test.each(['', '?q=', '?q=%00', '?page=2'])('a search for "%s" names q', async (query) => {
  expect(await ask(createApp(), `${contacts}/search${query}`)).toMatchObject({
    status: 422,
    body: { attributes: ['q'], message: expect.stringContaining('q '), code: 'request.invalid' },
  })
})

test('one contact and their conversations', async () => {
  const test = createApp()
  expect((await ask(test, `${contacts}/8`)).body).toEqual({ payload: json })
  expect((await ask(test, `${contacts}/8/conversations`)).body.payload).toMatchObject([{ id: 7, can_reply: true }])
  for (const path of ['/9', '/9/conversations', '/x/conversations']) expect((await ask(test, contacts + path)).status).toBe(404)
})
