import { describe, expect, test } from 'vitest'
import type { Conversation } from '#application/ports/conversations.ts'
import type { DeliveryError, Message, NewMessage } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, converse, fresh, incoming, noon, openOffice, outgoing, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const failure: DeliveryError = {
  code: 'channel.rejected',
  class: 'window',
  message: 'Too late.',
  providerCode: '10',
  providerSubcode: null,
  providerTraceId: null,
  retryable: false,
}

export const messagesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const start = async (): Promise<Conversation> => converse(subject(), await openOffice(subject()))
  const insert = (...messages: NewMessage[]): Promise<readonly number[]> => run((tx) => tx.messages.insert(messages))
  const statuses = async (accountId: number, ids: readonly number[]) =>
    run(async (tx) => {
      const found: (string | undefined)[] = []
      for (const id of ids) found.push((await tx.messages.byId(accountId, id))?.status)
      return found
    })

  test('256 in one go get ascending ids in the order given, whatever their times', async () => {
    const conversation = await start()
    const wanted = Array.from({ length: 256 }, (_, n) => incoming(conversation, noon - n, { content: `no ${n}` }))
    const ids = await insert(...wanted)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    const first = await run((tx) => tx.messages.byId(conversation.accountId, ids[0]!))
    const last = await run((tx) => tx.messages.byId(conversation.accountId, ids[255]!))
    expect([first?.content, last?.content]).toEqual(['no 0', 'no 255'])
    expect(await insert()).toEqual([])
  })

  test('are kept as they were given, with what text cannot hold replaced', async () => {
    const conversation = await start()
    const { accountId, inboxId, id: conversationId } = conversation
    const contentAttributes = { in_reply_to: null, nested: [{ text: 'a\0b \\u0000 \ud83d\ude00' }] }
    const wanted = outgoing(conversation, noon, { content: 'half \ud83d and \0 nul \\u0000', contentAttributes, private: true })
    const [id] = await insert(wanted)
    expect(await run((tx) => tx.messages.byId(accountId, id!))).toEqual({
      ...{ id, accountId, inboxId, conversationId, type: 'outgoing', private: true, status: 'sent', author: 'user', error: null },
      createdAt: noon,
      content: 'half \ufffd and \ufffd nul \\u0000',
      contentAttributes: { in_reply_to: null, nested: [{ text: 'a\ufffdb \\u0000 😀' }] },
    })
  })

  test('are found by the external ids of their parts, in their own inbox', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    const [a, b, c] = [fresh('mid'), fresh('mid'), fresh('mid')]
    const two = outgoing(conversation, noon, { parts: [textPart(a, 'accepted'), textPart(b, 'accepted'), textPart(null, 'queued')] })
    const [first, second] = await insert(two, incoming(conversation, noon, { parts: [textPart(c, 'received')] }))
    const { inboxId } = conversation
    const refs = [c, b, a, 'nobody', a].map((externalId) => ({ inboxId, externalId }))
    const found = await run((tx) => tx.messages.byExternalIds([...refs, { inboxId: elsewhere.inboxId, externalId: a }]))
    expect(found.map(({ id, externalId }) => [id, externalId])).toEqual([
      [first, a],
      [first, b],
      [second, c],
    ])
    expect(await run((tx) => tx.messages.byExternalIds([]))).toEqual([])
  })

  test('one external id is one part of an inbox', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    const same = { parts: [textPart(fresh('mid'), 'received')] }
    await insert(incoming(conversation, noon, same), incoming(elsewhere, noon, same))
    await expect(insert(incoming(conversation, noon, same))).rejects.toThrow()
    const without = { parts: [textPart(null, 'queued')] }
    expect(await insert(outgoing(conversation, noon, without), outgoing(conversation, noon, without))).toHaveLength(2)
  })

  test('are saved in bulk, each in its own account', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    const [one, two] = await insert(outgoing(conversation, noon), outgoing(elsewhere, noon))
    const read = (accountId: number, id: number) => run((tx) => tx.messages.byId(accountId, id))
    const [first, foreign] = [await read(conversation.accountId, one!), await read(elsewhere.accountId, two!)]
    const saved: Message = { ...first!, content: null, status: 'failed', error: failure, contentAttributes: { deleted: true } }
    await run((tx) => tx.messages.save([saved, { ...foreign!, accountId: conversation.accountId, content: 'stolen' }]))
    await run((tx) => tx.messages.save([]))
    expect(await read(conversation.accountId, one!)).toEqual(saved)
    expect(await read(elsewhere.accountId, two!)).toEqual(foreign)
    await run((tx) => tx.messages.save([first!]))
    expect(await read(conversation.accountId, one!)).toEqual(first)
    expect(await read(conversation.accountId, two!)).toBeUndefined()
  })

  test('taking one out takes all of it and frees its external ids', async () => {
    const conversation = await start()
    const same = { parts: [textPart(fresh('mid'), 'received')] }
    const picture = { fileType: 'image', externalUrl: 'https://cdn/1.jpg', title: null, meta: {} }
    const [id] = await insert(incoming(conversation, noon, { ...same, attachments: [picture] }))
    await run((tx) => tx.messages.remove(id!))
    expect(await run((tx) => tx.messages.byId(conversation.accountId, id!))).toBeUndefined()
    expect(await run((tx) => tx.messages.parts(id!))).toEqual([])
    expect(await insert(incoming(conversation, noon, same))).toHaveLength(1)
  })

  test('what the business said in a conversation is told, for each of several', async () => {
    const [talked, noted, silent] = [await start(), await start(), await start()]
    await insert(
      outgoing(talked, noon),
      outgoing(talked, noon + 20, { type: 'template', author: 'system' }),
      outgoing(talked, noon + 30, { private: true }),
      outgoing(talked, noon + 10),
      incoming(talked, noon + 40),
      outgoing(noted, noon, { private: true }),
      incoming(silent, noon),
    )
    const said = await run((tx) => tx.messages.saidIn([talked.id, noted.id, silent.id]))
    expect(said.get(talked.id)).toEqual({ hasOutgoing: true, lastAnswerAt: noon + 10, lastTemplateAt: noon + 20 })
    expect(said.get(noted.id)).toEqual({ hasOutgoing: true, lastAnswerAt: null, lastTemplateAt: null })
    expect(said.get(silent.id)).toEqual({ hasOutgoing: false, lastAnswerAt: null, lastTemplateAt: null })
  })

  test('attachments can be taken off', async () => {
    const conversation = await start()
    const pictures = [1, 2].map((n) => ({ fileType: 'image', externalUrl: `https://cdn/${n}.jpg`, title: null, meta: {} }))
    const [id, other] = await insert(
      incoming(conversation, noon, { attachments: pictures }),
      incoming(conversation, noon, { attachments: pictures }),
    )
    await run((tx) => tx.messages.removeAttachments(id!))
    const attachmentsOf = async (message: number) => (await subject().queries.message(conversation.accountId, message))?.attachments
    expect(await attachmentsOf(id!)).toEqual([])
    expect(await attachmentsOf(other!)).toHaveLength(2)
  })

  describe('lifting up to a message', () => {
    const lift = (conversation: Conversation, id: number, createdAt: number) =>
      run((tx) => tx.messages.liftUpTo({ ...conversation, conversationId: conversation.id, createdAt, id }, ['sent', 'delivered'], 'read'))

    test('lifts it and those before it, by time and then by id', async () => {
      const conversation = await start()
      const ids = await insert(...[noon, noon - 1, noon, noon, noon + 1].map((at) => outgoing(conversation, at)))
      expect(await lift(conversation, ids[2]!, noon)).toEqual([ids[1], ids[0], ids[2]])
      expect(await statuses(conversation.accountId, ids)).toEqual(['read', 'read', 'read', 'sent', 'sent'])
      expect(await lift(conversation, ids[2]!, noon)).toEqual([])
      expect(await lift({ ...conversation, accountId: 987_654_321 }, ids[4]!, noon + 1)).toEqual([])
    })

    test('leaves alone what failed, is private, came in, has not left, or is elsewhere', async () => {
      const [conversation, elsewhere] = [await start(), await start()]
      const parts = (...states: Parameters<typeof textPart>[1][]) => ({ parts: states.map((state) => textPart(null, state)) })
      const untouched = [
        outgoing(conversation, noon, { status: 'failed' }),
        outgoing(conversation, noon, { private: true }),
        incoming(conversation, noon),
        outgoing(conversation, noon, { type: 'activity' }),
        ...(['queued', 'sending', 'uncertain', 'held', 'refused'] as const).map((state) =>
          outgoing(conversation, noon, parts('accepted', state)),
        ),
      ]
      const kept = await insert(...untouched)
      const [echo, delivered, foreign, template] = await insert(
        outgoing(conversation, noon, { author: 'native_app', ...parts('received') }),
        outgoing(conversation, noon, { status: 'delivered', ...parts('accepted', 'accepted') }),
        outgoing(elsewhere, noon),
        outgoing(conversation, noon - 1, { type: 'template', author: 'system', ...parts('accepted') }),
      )
      expect(await lift(conversation, delivered!, noon)).toEqual([template, echo, delivered])
      expect(await statuses(conversation.accountId, [echo!, delivered!, template!])).toEqual(['read', 'read', 'read'])
      expect(await statuses(conversation.accountId, kept)).toEqual(untouched.map(({ status }) => status))
      expect(await statuses(elsewhere.accountId, [foreign!])).toEqual(['sent'])
    })
  })
}
