import { describe, expect, test } from 'vitest'
import type { CreateContact, CreateContactCommand } from '../../../src/application/contacts/create-contact.ts'
import type { EnterInbox } from '../../../src/application/contacts/enter-inbox.ts'
import type { MergeContactsCommand } from '../../../src/application/contacts/merge-contacts.ts'
import type { Queries } from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
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
  thumbnail: expect.stringMatching(/^https:\/\/dove\.test\/media\/1\/avatars\/44\/[\w-]{22}$/),
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

const create = async (json: object, answer: Awaited<ReturnType<CreateContact>> = ok({ contactId: 8, sourceId: '9007199254740993' })) => {
  const commands: CreateContactCommand[] = []
  const createContact: CreateContact = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { createContact }, queries: { contact: async () => aContact } })
  return { ...(await ask(test, contacts, { json })), commands }
}

const nobody: CreateContactCommand = {
  ...{ accountId: 1, inboxId: undefined, sourceId: undefined, name: '', email: null, phoneNumber: null, identifier: null },
  ...{ blocked: false, avatarUrl: null, additionalAttributes: {}, customAttributes: {} },
}

test('a contact is made, and told with where it is known', async () => {
  const json = { inbox_id: 5, source_id: 's', name: 'Ida', email: 'i@x.test', phone_number: '+491', identifier: 'crm', blocked: true }
  const more = { avatar_url: 'https://cdn.test/i.jpg', additional_attributes: { city: 'Ulm' }, custom_attributes: '{"plan":"a"}' }
  const { status, body, commands } = await create({ ...json, ...more })
  expect(commands).toEqual([
    {
      ...{ accountId: 1, inboxId: 5, sourceId: 's', name: 'Ida', email: 'i@x.test', phoneNumber: '+491', identifier: 'crm', blocked: true },
      ...{ avatarUrl: 'https://cdn.test/i.jpg', additionalAttributes: { city: 'Ulm' }, customAttributes: { plan: 'a' } },
    },
  ])
  expect(status).toBe(200)
  expect(body.payload.contact).toMatchObject({ id: 8, contact_inboxes: [{ source_id: '9007199254740993', inbox: { id: 5 } }] })
  expect(body.payload.contact_inbox).toEqual(body.payload.contact.contact_inboxes[0])
  expect((await create({ name: null, email: '' })).commands).toEqual([nobody])
})

test.each([
  [{ inbox_id: 'x' }, 'inbox_id'],
  [{ name: 7 }, 'name'],
  [{ avatar_url: 'file:///etc/passwd' }, 'avatar_url'],
  [{ additional_attributes: [] }, 'additional_attributes'],
  [{ source_id: 'a\0' }, 'source_id'],
])('%j is refused and names %s', async (json, attribute) => {
  expect(await create(json)).toMatchObject({ status: 422, body: { attributes: [attribute] }, commands: [] })
})

test.each([
  ['contact.email_taken', 422, ['email']],
  ['contact.phone_number_taken', 422, ['phone_number']],
  ['contact.identifier_taken', 422, ['identifier']],
  ['contact.source_id_taken', 422, ['source_id']],
  ['inbox.contacts_not_creatable', 422, ['inbox_id']],
  ['inbox.unknown', 404, undefined],
] as const)('%s is told', async (code, status, attributes) => {
  const refused = await create({ inbox_id: 5 }, err({ code }))
  expect([refused.status, refused.body.code, refused.body.attributes]).toEqual([status, code, attributes])
})

test('two contacts are merged, and the one that is left is told in both forms that clients expect', async () => {
  const asked: MergeContactsCommand[] = []
  const app = createTestApp({
    useCases: {
      mergeContacts: async (command) => {
        asked.push(command)
        return command.mergeeId === 9 ? ok(null) : err({ code: 'contact.unknown' })
      },
    },
    queries: { contact: async (accountId, id) => (accountId === 1 && id === 8 ? aContact : undefined) },
  })
  const merge = (body: object) => ask(app, '/api/v1/accounts/1/actions/contact_merge', { json: body })
  const merged = await merge({ base_contact_id: 8, mergee_contact_id: '9' })
  const { email: _, phone_number: __, identifier: ___, ...told } = json
  expect([merged.status, merged.body]).toEqual([200, { ...json, payload: [told] }])
  expect(asked).toEqual([{ accountId: 1, baseId: 8, mergeeId: 9 }])
  expect(await merge({ base_contact_id: 8, mergee_contact_id: 10 })).toMatchObject({ status: 404, body: { code: 'contact.unknown' } })
  for (const body of [
    {},
    { base_contact_id: 8 },
    { base_contact_id: 8, mergee_contact_id: 'x' },
    { base_contact_id: -1, mergee_contact_id: 9 },
  ])
    expect(await merge(body)).toMatchObject({ status: 422, body: { code: 'request.invalid' } })
})

describe('a contact becomes known in one more inbox', () => {
  const enter = async (json: object, answer: Awaited<ReturnType<EnterInbox>> = ok({ sourceId: 'drawn' })) => {
    const commands: unknown[] = []
    const enterInbox: EnterInbox = async (command) => {
      commands.push(command)
      return answer
    }
    const [known] = aContact.contactInboxes
    const contact = { ...aContact, contactInboxes: [known!, { ...known!, id: 81, sourceId: 'drawn' }] }
    const test = createTestApp({ useCases: { enterInbox }, queries: { contact: async () => contact } })
    return { ...(await ask(test, `${contacts}/8/contact_inboxes`, { json })), commands }
  }

  test('under a name that is drawn or given', async () => {
    const { status, body, commands } = await enter({ inbox_id: 5 })
    expect([status, body]).toMatchObject([200, { source_id: 'drawn', inbox: { id: 5 } }])
    await enter({ inbox_id: '5', source_id: 'crm-1' })
    expect(commands).toEqual([{ accountId: 1, contactId: 8, inboxId: 5, sourceId: undefined }])
    expect((await enter({ inbox_id: 5, source_id: 'crm-1' })).commands).toMatchObject([{ sourceId: 'crm-1' }])
  })

  test.each([
    ['contact.unknown', 404],
    ['inbox.unknown', 404],
    ['contact.source_id_taken', 422],
    ['inbox.contacts_not_creatable', 422],
  ] as const)('%s is told', async (code, status) => {
    expect(await enter({ inbox_id: 5 }, err({ code }))).toMatchObject({ status, body: { code } })
  })

  test('not without one', async () => {
    expect(await enter({})).toMatchObject({ status: 422, body: { attributes: ['inbox_id'] }, commands: [] })
  })
})
