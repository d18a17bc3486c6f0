import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiRefusal } from '../../src/cli/api.ts'
import { freshPostgresUrl, testServers } from '../support/databases.ts'
import {
  connectedBusiness,
  eventually,
  listConversations,
  listMessages,
  type MessageJson,
  type System,
  startSystem,
} from '../support/system.ts'

interface ContactJson {
  readonly id: number
  readonly contact_inboxes: readonly { readonly source_id: string }[]
}

describe.each(testServers())('contacts are merged while they write and are answered, on %s', (server) => {
  const stack = new AsyncDisposableStack()
  let system: System

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl(server))
    system = stack.use(await startSystem({ databaseUrl: database.url }))
  })
  afterAll(() => stack.disposeAsync())

  const meet = async (businessId: string) => {
    const { igsid } = await system.instagram.createCustomer(businessId)
    await system.instagram.write(igsid, { text: 'hello' })
    const conversation = await eventually(async () => (await listConversations(system)).find((c) => c.contact_inbox.source_id === igsid))
    const [first] = await listMessages(system, conversation.id)
    return { igsid, conversationId: conversation.id, firstId: first?.id, contactId: conversation.meta.sender.id }
  }

  type Person = Awaited<ReturnType<typeof meet>>

  /** Undefined where one of them is gone by now. */
  const merge = async (base: number, mergee: number): Promise<ContactJson | undefined> => {
    try {
      return await system.api<ContactJson>('POST', '/actions/contact_merge', { base_contact_id: base, mergee_contact_id: mergee })
    } catch (cause) {
      if (cause instanceof ApiRefusal && cause.status === 404) return undefined
      throw cause
    }
  }

  const rounds = 12

  const writes = async ({ igsid }: Person) => {
    for (let n = 0; n < rounds; n++) await system.instagram.write(igsid, { text: `from ${igsid} ${n}` })
  }
  const answers = async ({ igsid, conversationId }: Person) => {
    for (let n = 0; n < rounds; n++) await system.api('POST', `/conversations/${conversationId}/messages`, { content: `to ${igsid} ${n}` })
  }

  test('both ways at once: one is left, nothing is lost, and every answer reaches the one whom it was for', async () => {
    const { business } = await connectedBusiness(system)
    const pairs = [
      [await meet(business.user_id), await meet(business.user_id)],
      [await meet(business.user_id), await meet(business.user_id)],
    ] as const
    const merges = async ([a, b]: readonly [Person, Person]) => {
      const merged = await Promise.all([merge(a.contactId, b.contactId), merge(b.contactId, a.contactId)])
      return merged.filter((contact) => contact !== undefined)
    }
    const left = await Promise.all(
      pairs.map(async (pair) => {
        const [merged] = await Promise.all([merges(pair), ...pair.flatMap((person) => [writes(person), answers(person)])])
        return merged
      }),
    )
    for (const [n, [a, b]] of pairs.entries()) {
      expect(left[n]).toHaveLength(1)
      const survivor = left[n]?.[0]?.id ?? 0
      expect([a.contactId, b.contactId]).toContain(survivor)
      const { payload } = await system.api<{ payload: ContactJson }>('GET', `/contacts/${survivor}`)
      expect(payload.contact_inboxes.map(({ source_id }) => source_id).toSorted()).toEqual([a.igsid, b.igsid].toSorted())
      for (const { igsid, conversationId, firstId } of [a, b]) {
        const later = `/conversations/${conversationId}/messages?after=${firstId}`
        const messages = await eventually(async () => {
          const { payload: found } = await system.api<{ payload: MessageJson[] }>('GET', later)
          return found.length === 2 * rounds && found.every(({ delivery }) => ['received', 'accepted'].includes(delivery.state)) && found
        }, 'every message')
        const incoming = messages.filter(({ message_type }) => message_type === 0)
        const written = Array.from({ length: rounds }, (_, k) => `from ${igsid} ${k}`)
        expect(incoming.map(({ content }) => content).toSorted()).toEqual(written.toSorted())
        expect(new Set(incoming.map(({ sender_id }) => sender_id))).toEqual(new Set([survivor]))
        const arrived = (await system.instagram.messages(igsid)).filter(({ origin }) => origin === 'api').map(({ text }) => text)
        expect(arrived).toEqual(Array.from({ length: rounds }, (_, k) => `to ${igsid} ${k}`))
      }
    }
  })
})
