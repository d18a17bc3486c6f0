import { expect, test } from 'vitest'
import type { Conversation } from '#application/ports/conversations.ts'
import type { NewMessage } from '#application/ports/messages.ts'
import type { MessageRange, MessageView } from '#application/ports/queries.ts'
import { commit, converse, fresh, incoming, noon, openOffice, outgoing, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const messageQueriesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const start = async (): Promise<Conversation> => converse(subject(), await openOffice(subject()))
  const insert = (...messages: NewMessage[]): Promise<readonly number[]> =>
    commit(subject().unitOfWork, (tx) => tx.messages.insert(messages))
  const views = async ({ accountId, displayId }: Conversation, range: MessageRange = {}): Promise<readonly MessageView[]> => {
    const thread = await subject().queries.thread(accountId, displayId, range)
    if (thread) expect(await subject().queries.conversation(accountId, displayId)).toMatchObject(thread.conversation)
    return thread?.messages ?? []
  }
  const read = async (conversation: Conversation, range: MessageRange = {}): Promise<number[]> =>
    (await views(conversation, range)).map((message) => message.id)

  test('a view has all that hangs on a message', async () => {
    const conversation = await start()
    const [a, b] = [fresh('mid'), fresh('mid')]
    const wanted = incoming(conversation, noon, {
      contentType: 'text',
      contentAttributes: { in_reply_to: 7 },
      parts: [textPart(a, 'received'), { kind: 'attachment', content: null, externalId: b, state: 'received' }],
      attachments: [
        { fileType: 'image', externalUrl: 'https://cdn/1.jpg', title: null, meta: { width: 3 } },
        { fileType: 'location', externalUrl: null, title: 'Here', meta: {} },
      ],
    })
    const [id] = await insert(wanted)
    const { accountId, inboxId, displayId, contactId } = conversation
    const attachment = { id: expect.any(Number), messageId: id, accountId }
    expect(await subject().queries.message(accountId, id!)).toEqual({
      ...{ id, accountId, inboxId, conversationDisplayId: displayId, type: 'incoming', contentType: 'text', content: 'hello' },
      ...{ private: false, status: 'sent', author: 'contact', error: null, createdAt: noon, inReplyTo: null },
      contentAttributes: { in_reply_to: 7 },
      sender: { kind: 'contact', id: contactId, name: expect.stringContaining('Unknown (IG: '), email: null, avatarId: null },
      parts: [
        { position: 0, kind: 'text', externalId: a, state: 'received' },
        { position: 1, kind: 'attachment', externalId: b, state: 'received' },
      ],
      attachments: [
        {
          ...attachment,
          fileType: 'image',
          externalUrl: 'https://cdn/1.jpg',
          title: null,
          mediaState: 'pending',
          contentType: null,
          size: null,
          meta: { width: 3 },
        },
        {
          ...attachment,
          fileType: 'location',
          externalUrl: null,
          title: 'Here',
          mediaState: 'withheld',
          contentType: null,
          size: null,
          meta: {},
        },
      ],
    })
  })

  test('names the message of its conversation that it answers, whichever came first', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    const [early, late] = [fresh('mid'), fresh('mid')]
    const answer = (externalId: string) => ({ contentAttributes: { in_reply_to_external_id: externalId } })
    const [asked, ...answers] = await insert(
      outgoing(conversation, noon, { parts: [textPart(early, 'accepted')] }),
      incoming(conversation, noon, answer(early)),
      incoming(conversation, noon, answer(late)),
      incoming(conversation, noon, answer('nobody')),
      incoming(elsewhere, noon, answer(early)),
    )
    const [overtaken] = await insert(outgoing(conversation, noon, { parts: [textPart(late, 'accepted')] }))
    const inReplyTo = async (conversation: Conversation) =>
      (await views(conversation)).filter((view) => answers.includes(view.id)).map((view) => view.inReplyTo)
    expect(await inReplyTo(conversation)).toEqual([asked, overtaken, null])
    expect(await inReplyTo(elsewhere)).toEqual([null])
  })

  test('names the user who wrote, and nobody for the provider’s own app', async () => {
    const office = await openOffice(subject())
    const conversation = await converse(subject(), office)
    const byUser = outgoing(conversation, noon, { authorId: office.userId })
    const ids = await insert(byUser, outgoing(conversation, noon, { author: 'native_app', authorId: null }))
    const views = await Promise.all(ids.map((id) => subject().queries.message(office.accountId, id)))
    const ada = { kind: 'user', id: office.userId, name: 'Ada', email: expect.stringContaining('@example.com'), avatarId: null }
    expect(views.map((view) => view?.sender)).toEqual([ada, null])
  })

  test('the newest 20 are read by time, then by id', async () => {
    const conversation = await start()
    const ids = await insert(...Array.from({ length: 25 }, (_, n) => outgoing(conversation, noon - Math.floor(n / 2))))
    const inOrder = ids.toSorted((a, b) => Math.floor(ids.indexOf(b) / 2) - Math.floor(ids.indexOf(a) / 2) || a - b)
    expect(await read(conversation)).toEqual(inOrder.slice(-20))
  })

  test('before: 20 older than that message’s position, whatever their ids', async () => {
    const conversation = await start()
    const ids = await insert(...Array.from({ length: 30 }, (_, n) => outgoing(conversation, noon - n)))
    expect(await read(conversation, { before: ids[5]! })).toEqual(ids.slice(6, 26).toReversed())
    expect(await read(conversation, { before: ids[29]! })).toEqual([])
    const [twin] = await insert(outgoing(conversation, noon - 29))
    expect(await read(conversation, { before: twin! })).toEqual([ids[29]])
  })

  test('after: what was inserted later, late arrivals included, up to 100', async () => {
    const conversation = await start()
    const [first, second] = await insert(outgoing(conversation, noon), outgoing(conversation, noon + 1))
    const [late] = await insert(outgoing(conversation, noon - 5000))
    expect(await read(conversation, { after: first! })).toEqual([late, second])
    expect(await read(conversation, { after: late! })).toEqual([])
    const many = await insert(...Array.from({ length: 120 }, (_, n) => outgoing(conversation, noon - 6000 - n)))
    expect(await read(conversation, { after: late! })).toEqual(many.slice(0, 100).toReversed())
    expect(await read(conversation, { after: many[99]! })).toEqual(many.slice(100).toReversed())
  })

  test('both: what lies between', async () => {
    const conversation = await start()
    const ids = await insert(...Array.from({ length: 40 }, (_, n) => outgoing(conversation, noon + n)))
    expect(await read(conversation, { after: ids[3]!, before: ids[30]! })).toEqual(ids.slice(4, 30))
  })

  test('a cursor of another conversation, or of none, finds nothing', async () => {
    const [conversation, elsewhere] = [await start(), await start()]
    await insert(outgoing(conversation, noon), outgoing(conversation, noon + 9))
    const [foreign] = await insert(outgoing(elsewhere, noon + 5))
    for (const id of [foreign!, 987_654_321, 0]) {
      expect(await read(conversation, { before: id })).toEqual([])
      expect(await read(conversation, { after: id })).toEqual([])
      expect(await read(conversation, { before: id, after: id })).toEqual([])
    }
  })

  test('is nothing to another account', async () => {
    const [conversation, { accountId }] = [await start(), await openOffice(subject())]
    const [id] = await insert(outgoing(conversation, noon))
    expect(await subject().queries.message(accountId, id!)).toBeUndefined()
    expect(await subject().queries.thread(accountId, conversation.displayId, {})).toBeUndefined()
  })
}
