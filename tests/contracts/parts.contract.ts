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
    const unsent = {
      messageId,
      conversationId,
      inboxId,
      kind: 'text',
      payload: null,
      externalId: null,
      attempts: 0,
      dueAt: null,
      claimedAt: null,
    }
    expect(await run((tx) => tx.messages.parts(messageId))).toEqual([
      { ...unsent, id: expect.any(Number), position: 0, content: 'part 0', state: 'queued' },
      { ...unsent, id: expect.any(Number), position: 1, content: 'part 1', state: 'held' },
    ])
  })

  test('keep what they say beside their words, and what is added to it', async () => {
    const conversation = await start()
    const media = { type: 'image', files: [{ id: 7, contentType: 'image/png', size: 12 }] } as const
    const parts: NewPart[] = [{ kind: 'attachment', content: null, payload: { media }, externalId: null, state: 'sending' }]
    const [messageId = 0] = await run((tx) => tx.messages.insert([outgoing(conversation, noon, { parts })]))
    const [part] = await run((tx) => tx.messages.parts(messageId))
    expect(part).toMatchObject({ kind: 'attachment', content: null, payload: { media } })
    const echoed = [{ fileType: 'image', externalUrl: 'https://cdn/1.png', title: null, meta: {} }]
    await run((tx) => tx.messages.saveParts([{ part: { ...part!, payload: { media, echoed } }, error: null }]))
    const [told] = await run((tx) => tx.messages.inDelivery([conversation.id], []))
    expect(told?.parts[0]?.payload).toEqual({ media, echoed })
  })

  test('answer a comment once in an inbox', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    const answer = (to: Conversation, id: string) => {
      const parts: NewPart[] = [{ ...textPart(null, 'queued'), payload: { comment: { id, until: noon } } }]
      return run((tx) => tx.messages.insert([outgoing(to, noon, { parts })]))
    }
    const isAnswered = ({ inboxId }: Conversation, id: string) => run((tx) => tx.messages.isCommentAnswered(inboxId, id))
    expect(await isAnswered(conversation, '179')).toBe(false)
    await answer(conversation, '179')
    expect([await isAnswered(conversation, '179'), await isAnswered(conversation, '17'), await isAnswered(elsewhere, '179')]).toEqual([
      true,
      false,
      false,
    ])
    await answer(elsewhere, '179')
    await expect(answer(conversation, '179')).rejects.toThrow()
  })

  test('that wait are told with all of their messages, in the order in which they were written', async () => {
    const [one, two, other] = [await start(), await start(), await start()]
    const first = await insert(one, 'accepted', 'uncertain', 'queued')
    const settled = await insert(one, 'accepted', 'refused', 'received')
    const second = await insert(two, 'held')
    const third = await insert(one, 'sending')
    const called = await insert(other, 'accepted')
    await insert(other, 'queued')
    const tell = async (conversations: readonly Conversation[], messageIds: readonly number[]) => {
      const ids = conversations.map(({ id }) => id)
      return run((tx) => tx.messages.inDelivery(ids, messageIds))
    }
    const waiting = await tell([two, one], [called, third])
    expect(waiting.map(({ id, parts }) => [id, parts.map(({ state }) => state)])).toEqual([
      [first, ['accepted', 'uncertain', 'queued']],
      [second, ['held']],
      [third, ['sending']],
      [called, ['accepted']],
    ])
    expect((await tell([], [settled])).map(({ id }) => id)).toEqual([settled])
    expect(await tell([], [])).toEqual([])
  })

  test('are told with their message as they are told alone, clocks and all', async () => {
    const conversation = await start()
    const messageId = await insert(conversation, 'queued', 'queued')
    const [first, second] = await run((tx) => tx.messages.parts(messageId))
    const sending = { ...first!, state: 'sending', attempts: 1, dueAt: noon + 1, claimedAt: noon - 17 } as const
    await run((tx) => tx.messages.saveParts([{ part: sending, error: null }]))
    const { accountId } = conversation
    const message = await run((tx) => tx.messages.byId(accountId, messageId))
    expect(await run((tx) => tx.messages.inDelivery([conversation.id], []))).toEqual([{ ...message, parts: [sending, second] }])
  })

  test('that wait are found by contact inbox', async () => {
    const [one, two] = [await start(), await start()]
    await insert(one, 'accepted', 'sending')
    await insert(two, 'accepted')
    const find = (...conversations: Conversation[]) =>
      run((tx) => tx.messages.conversationsInDelivery(conversations.map(({ contactInboxId }) => contactInboxId)))
    expect(await find(one, two)).toEqual([one.id])
    expect(await find(two)).toEqual([])
    expect(await find()).toEqual([])
  })

  test('are saved with their clocks, and may not take an external id that stands elsewhere', async () => {
    const conversation = await start()
    const externalId = fresh('mid')
    const messageId = await insert(conversation, 'queued', 'queued')
    const [first, second] = await run((tx) => tx.messages.parts(messageId))
    const sent = { ...first!, state: 'accepted', externalId, attempts: 2, claimedAt: noon, dueAt: noon + 1 } as const
    const error = { code: 'c', class: 'c', message: 'm', providerCode: null, providerSubcode: null, providerTraceId: null, retryable: true }
    await run((tx) => tx.messages.saveParts([{ part: sent, error: error }]))
    expect(await run((tx) => tx.messages.parts(messageId))).toEqual([sent, second])
    await expect(run((tx) => tx.messages.saveParts([{ part: { ...second!, externalId }, error: null }]))).rejects.toThrow()
    expect(await run((tx) => tx.messages.byExternalIds([{ inboxId: conversation.inboxId, externalId }]))).toHaveLength(1)
    await run((tx) => tx.messages.saveParts([{ part: { ...sent, externalId: null, dueAt: null }, error: null }]))
    await run((tx) => tx.messages.saveParts([{ part: { ...second!, externalId }, error: null }]))
  })

  test('that are due are found by conversation: page by page, what was claimed long ago too', async () => {
    const office = await openOffice(subject())
    const due = async (state: NewPart['state'], dueAt: number | null, claimedAt: number | null = null): Promise<number> => {
      const conversation = await converse(subject(), office)
      const messageId = await insert(conversation, state, 'accepted')
      const [part] = await run((tx) => tx.messages.parts(messageId))
      await run((tx) => tx.messages.saveParts([{ part: { ...part!, dueAt, claimedAt }, error: null }]))
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
      await run((tx) => tx.messages.saveParts([{ part: { ...part!, dueAt: noon }, error: null }]))
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
