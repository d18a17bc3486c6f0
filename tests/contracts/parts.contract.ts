import { describe, expect, test } from 'vitest'
import type { Conversation } from '#application/ports/conversations.ts'
import type { NewPart } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, converse, fresh, noon, openOffice, outgoing, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const partsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const start = async (): Promise<Conversation> => converse(subject(), await openOffice(subject()))
  const insert = async (conversation: Conversation, ...states: NewPart['state'][]): Promise<number> => {
    const parts = states.map((state, n) => ({ ...textPart(null, state), content: `part ${n}` }))
    return (await run((tx) => tx.messages.insert([outgoing(conversation, noon, { parts })])))[0]!
  }

  test('stand in their order, as they were given', async () => {
    const conversation = await start()
    const messageId = await insert(conversation, 'queued', 'held')
    const { id: conversationId, inboxId } = conversation
    const unsent = { messageId, conversationId, inboxId, kind: 'text', externalId: null, attempts: 0, dueAt: null, claimedAt: null }
    expect(await run((tx) => tx.messages.parts(messageId))).toEqual([
      { ...unsent, id: expect.any(Number), position: 0, content: 'part 0', state: 'queued' },
      { ...unsent, id: expect.any(Number), position: 1, content: 'part 1', state: 'held' },
    ])
  })

  test('that wait are told in the order in which they were written', async () => {
    const [one, two] = [await start(), await start()]
    const first = await insert(one, 'accepted', 'uncertain', 'queued')
    await insert(one, 'accepted', 'refused', 'received')
    const second = await insert(two, 'held')
    const third = await insert(one, 'sending')
    const waiting = await run((tx) => tx.messages.unsettled([two.id, one.id]))
    expect(waiting.map(({ messageId, position }) => [messageId, position])).toEqual([
      [first, 1],
      [first, 2],
      [second, 0],
      [third, 0],
    ])
    expect((await run((tx) => tx.messages.unsettled([one.id]))).map(({ state }) => state)).toEqual(['uncertain', 'queued', 'sending'])
    expect(await run((tx) => tx.messages.unsettled([]))).toEqual([])
  })

  test('that wait are found by contact inbox', async () => {
    const [one, two] = [await start(), await start()]
    const messageId = await insert(one, 'sending')
    await insert(two, 'sending')
    const found = await run((tx) => tx.messages.unsettledOf([one.contactInboxId]))
    expect(found).toEqual([expect.objectContaining({ messageId, contactInboxId: one.contactInboxId, conversationId: one.id })])
    expect(await run((tx) => tx.messages.unsettledOf([]))).toEqual([])
  })

  test('are saved with their clocks, and may not take an external id that stands elsewhere', async () => {
    const conversation = await start()
    const externalId = fresh('mid')
    const messageId = await insert(conversation, 'queued', 'queued')
    const [first, second] = await run((tx) => tx.messages.parts(messageId))
    const sent = { ...first!, state: 'accepted', externalId, attempts: 2, claimedAt: noon, dueAt: noon + 1 } as const
    const error = { code: 'c', class: 'c', message: 'm', providerCode: null, providerSubcode: null, providerTraceId: null, retryable: true }
    await run((tx) => tx.messages.savePart(sent, error))
    expect(await run((tx) => tx.messages.parts(messageId))).toEqual([sent, second])
    await expect(run((tx) => tx.messages.savePart({ ...second!, externalId }, null))).rejects.toThrow()
    expect(await run((tx) => tx.messages.byExternalIds([{ inboxId: conversation.inboxId, externalId }]))).toHaveLength(1)
    await run((tx) => tx.messages.savePart({ ...sent, externalId: null, dueAt: null }, null))
    await run((tx) => tx.messages.savePart({ ...second!, externalId }, null))
  })

  test('that are due are found by conversation: page by page, what was claimed long ago too', async () => {
    const office = await openOffice(subject())
    const due = async (state: NewPart['state'], dueAt: number | null, claimedAt: number | null = null): Promise<number> => {
      const conversation = await converse(subject(), office)
      const messageId = await insert(conversation, state, 'accepted')
      const [part] = await run((tx) => tx.messages.parts(messageId))
      await run((tx) => tx.messages.savePart({ ...part!, dueAt, claimedAt }, null))
      return conversation.id
    }
    const first = await due('queued', null)
    const late = [
      await due('queued', noon),
      await due('held', noon),
      await due('uncertain', noon, noon),
      await due('sending', null, noon - 90),
    ]
    await due('queued', noon + 1)
    await due('held', null)
    await due('uncertain', null, noon - 90)
    await due('sending', null, noon - 89)
    await due('refused', null)
    const find = (after: number, limit: number) =>
      run((tx) => tx.messages.conversationsDue({ dueBy: noon, claimedBy: noon - 90 }, after, limit))
    const { accountId, inboxId } = office
    expect(await find(first - 1, 2)).toEqual([first, late[0]].map((conversationId) => ({ accountId, inboxId, conversationId })))
    expect((await find(first, 100)).map(({ conversationId }) => conversationId)).toEqual(late)
    expect(await find(late.at(-1)!, 100)).toEqual([])
  })

  describe('that wait', () => {
    const release = (of: Parameters<Tx['messages']['release']>[0]) => run((tx) => tx.messages.release(of))
    const standing = async (id: number) => (await run((tx) => tx.messages.parts(id))).map(({ state, dueAt }) => [state, dueAt])

    test('in an inbox are released together; their conversations are told once', async () => {
      const office = await openOffice(subject())
      const [one, two, elsewhere] = [await converse(subject(), office), await converse(subject(), office), await start()]
      const held = await insert(one, 'held', 'held', 'refused', 'uncertain', 'sending')
      const delayed = await insert(two, 'queued')
      const [part] = await run((tx) => tx.messages.parts(delayed))
      await run((tx) => tx.messages.savePart({ ...part!, dueAt: noon }, null))
      const other = await insert(elsewhere, 'held')
      const { accountId, inboxId } = office
      expect(await release({ inboxId: office.inboxId })).toEqual([one, two].map(({ id }) => ({ accountId, inboxId, conversationId: id })))
      expect((await standing(held)).map(([state]) => state)).toEqual(['queued', 'queued', 'refused', 'uncertain', 'sending'])
      expect(await standing(delayed)).toEqual([['queued', null]])
      expect(await standing(other)).toEqual([['held', null]])
      expect(await release({ inboxId: office.inboxId })).toEqual([])
    })

    test('in a channel are released together', async () => {
      const [one, two] = [await start(), await start()]
      for (const conversation of [one, two]) await insert(conversation, 'held')
      expect(await release({ channel: 'another' })).toEqual([])
      const released = (await release({ channel: 'instagram' })).map(({ conversationId }) => conversationId)
      expect(released).toEqual(expect.arrayContaining([one.id, two.id]))
    })
  })
}
