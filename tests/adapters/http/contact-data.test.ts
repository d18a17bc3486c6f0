import { describe, expect, test } from 'vitest'
import type { EraseContact } from '../../../src/application/contacts/erase-contact.ts'
import type { OpenMedia } from '../../../src/application/media/open-media.ts'
import type { Queries } from '../../../src/application/ports/queries.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aContact, aConversation, aMessage } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const contacts = '/api/v1/accounts/1/contacts'
const token = 'boss-token'

const createApp = () => {
  const erased: Parameters<EraseContact>[0][] = []
  const ids = Array.from({ length: 450 }, (_, n) => n + 1)
  const queries: Partial<Queries> = {
    contact: async (_accountId, id) => (id === 8 ? aContact : undefined),
    contactHistory: async (_accountId, _contactId, after) => (after < aConversation.id ? [aConversation] : []),
    conversationHistory: async (_accountId, _conversationId, after) => {
      const page = ids.filter((id) => id > after).slice(0, 200)
      return page.map((id) => ({ ...aMessage, id, attachments: [] }))
    },
    contactErasure: async (_accountId, id) => (id === 8 ? { requestedAt: now, completedAt: null } : undefined),
  }
  const eraseContact: EraseContact = async (command) => {
    erased.push(command)
    return command.contactId === 8 ? ok(null) : err({ code: 'contact.unknown' })
  }
  const openMedia: OpenMedia = async ({ kind, id }) => {
    if (kind !== 'avatars' || id !== aContact.avatarId) return err({ code: 'media.unknown' })
    const read = async () => new Blob(['a picture']).stream()
    return ok({ is: 'file', contentType: 'image/png', size: 9, digest: 'x', read })
  }
  return { ...createTestApp({ queries, useCases: { eraseContact, openMedia } }), erased }
}

describe('what is kept about a person', () => {
  test('is for administrators alone', async () => {
    const test = createApp()
    for (const [method, path] of [
      ['DELETE', '/8'],
      ['GET', '/8/erasure'],
      ['GET', '/8/export'],
    ] as const) {
      expect(await ask(test, `${contacts}${path}`, { method })).toMatchObject({ status: 403, body: { code: 'access.denied' } })
      expect(await ask(test, `${contacts}${path.replace('8', '9')}`, { method, token })).toMatchObject({
        status: 404,
        body: { code: 'contact.unknown' },
      })
    }
    expect(test.erased).toEqual([{ accountId: 1, contactId: 9 }])
  })

  test('is erased at once, and one can ask how far that is', async () => {
    const test = createApp()
    expect(await ask(test, `${contacts}/8`, { method: 'DELETE', token })).toMatchObject({ status: 200, text: '' })
    expect(test.erased).toEqual([{ accountId: 1, contactId: 8 }])
    const asked = await ask(test, `${contacts}/8/erasure`, { token })
    expect(asked.body).toEqual({ requested_at: new Date(now).toISOString(), completed_at: null })
  })

  test('is exported whole, page after page', async () => {
    const exported = await ask(createApp(), `${contacts}/8/export`, { token })
    expect(exported.status).toBe(200)
    expect(exported.headers.get('content-disposition')).toBe('attachment; filename="contact-8.json"')
    expect(exported.body).toMatchObject({
      exported_at: new Date(now).toISOString(),
      contact: { id: 8 },
      avatar: `data:image/png;base64,${btoa('a picture')}`,
    })
    expect(exported.body.conversations).toHaveLength(1)
    const [conversation] = exported.body.conversations
    expect(conversation).toMatchObject({ id: aConversation.displayId })
    expect(conversation.messages.map(({ id }: { id: number }) => id)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1))
  })
})

describe('a backup over HTTP', () => {
  const path = '/platform/api/v1/backup'

  test('is what the runtime makes of it, for the platform alone', async () => {
    const backUp = async () => new Blob(['everything']).stream()
    const test = createTestApp({ options: { backUp } })
    expect(await ask(test, path, { token })).toMatchObject({ status: 401 })
    const made = await ask(test, path, { token: 'platform-token' })
    expect(made).toMatchObject({ status: 200, text: 'everything' })
    expect(made.headers.get('cache-control')).toBe('no-store')
  })

  test('is not there where nothing can make it', async () => {
    expect(await ask(createTestApp(), path, { token: 'platform-token' })).toMatchObject({ status: 404, body: { code: 'backup.not_here' } })
  })
})
