import { expect, test } from 'vitest'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, converse, incoming, meet, newConversation, noon, openOffice, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const conversationsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  test('are numbered by their accounts, in the order given', async () => {
    const [one, two] = [await openOffice(subject()), await openOffice(subject())]
    const [ada, bob] = [await meet(subject(), one), await meet(subject(), two)]
    await run((tx) => tx.conversations.insert([newConversation(ada)]))
    const made = await run((tx) => tx.conversations.insert([newConversation(ada), newConversation(bob), newConversation(ada)]))
    expect(made.map(({ accountId, displayId }) => [accountId, displayId])).toEqual([
      [one.accountId, 2],
      [two.accountId, 1],
      [one.accountId, 3],
    ])
    expect(await run((tx) => tx.conversations.insert([]))).toEqual([])
  })

  test('are kept with what else is known of them', async () => {
    const someone = await meet(subject(), await openOffice(subject()))
    const attributes = { additionalAttributes: { browser: { name: 'x' } }, customAttributes: { order: '7' } }
    const [made] = await run((tx) => tx.conversations.insert([newConversation(someone, attributes)]))
    expect(made).not.toHaveProperty('customAttributes')
    expect(await subject().queries.conversation(someone.accountId, made!.displayId)).toMatchObject(attributes)
  })

  test('50 in one go get ascending ids and numbers', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const made = await run((tx) =>
      tx.conversations.insert(Array.from({ length: 50 }, (_, n) => newConversation(someone, { lastActivityAt: noon + n }))),
    )
    expect(made.map(({ displayId }) => displayId)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    expect(made.map(({ lastActivityAt }) => lastActivityAt)).toEqual(Array.from({ length: 50 }, (_, n) => noon + n))
    expect(made.map(({ id }) => id)).toEqual(made.map(({ id }) => id).toSorted((a, b) => a - b))
  })

  test('are numbered without doubles or gaps by 20 transactions at once', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const insert = () => run((tx) => tx.conversations.insert([newConversation(someone), newConversation(someone)]))
    const made = (await Promise.all(Array.from({ length: 20 }, insert))).flat()
    const numbers = made.map(({ displayId }) => displayId).toSorted((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
  })

  test('are read by id, by number and in bulk, by their own account', async () => {
    const conversation = await converse(subject(), await openOffice(subject()))
    const { id, accountId, displayId } = conversation
    const { accountId: foreign } = await openOffice(subject())
    expect(await run((tx) => tx.conversations.byId(accountId, id))).toEqual(conversation)
    expect(await run((tx) => tx.conversations.byDisplayId(accountId, displayId))).toEqual(conversation)
    expect(await run((tx) => tx.conversations.byIds([id, id, 987_654_321]))).toEqual([conversation])
    expect(await run((tx) => tx.conversations.byIds([]))).toEqual([])
    expect(await run((tx) => tx.conversations.free([987_654_321, id]))).toEqual([conversation])
    expect(await run((tx) => tx.conversations.free([]))).toEqual([])
    const refs = [
      { accountId: foreign, displayId },
      { accountId, displayId },
      { accountId, displayId },
    ]
    expect(await run((tx) => tx.conversations.freeByDisplayId(refs))).toEqual([conversation])
    expect(await run((tx) => tx.conversations.freeByDisplayId([]))).toEqual([])
    expect(await run((tx) => tx.conversations.byId(foreign, id))).toBeUndefined()
    expect(await run((tx) => tx.conversations.byDisplayId(foreign, displayId))).toBeUndefined()
  })

  test('candidates are the newest and the newest unresolved of each contact inbox, newest first', async () => {
    const office = await openOffice(subject())
    const [ada, bob, eve] = [await meet(subject(), office), await meet(subject(), office), await meet(subject(), office)]
    const insert = (...wanted: Parameters<typeof newConversation>[]) =>
      run((tx) => tx.conversations.insert(wanted.map((args) => newConversation(...args))))
    const [, open2, , resolved] = await insert(
      [ada],
      [ada, { status: 'pending' }],
      [ada, { status: 'resolved' }],
      [ada, { status: 'resolved' }],
    )
    const [bobs] = await insert([bob])
    await insert([eve])
    const found = await run((tx) => tx.conversations.candidates([ada.id, bob.id]))
    expect(found.map(({ id }) => id)).toEqual([bobs!.id, resolved!.id, open2!.id])
    expect(await run((tx) => tx.conversations.candidates([]))).toEqual([])
  })

  test('activity is saved with all its clocks, to the millisecond, in its own account', async () => {
    const conversation = await converse(subject(), await openOffice(subject()))
    const other = await converse(subject(), await openOffice(subject()))
    const moved: Conversation = {
      ...conversation,
      status: 'snoozed',
      lastActivityAt: noon + 1,
      lastIncomingAt: noon + 2,
      lastReplyAt: noon + 3,
      firstReplyAt: noon + 4,
      waitingSince: noon + 5,
      startedAt: noon - 6,
      readUntil: noon + 7,
    }
    await run((tx) => tx.conversations.saveActivity([moved, { ...other, accountId: conversation.accountId, status: 'resolved' }]))
    await run((tx) => tx.conversations.saveActivity([]))
    expect(await run((tx) => tx.conversations.byIds([conversation.id, other.id]))).toEqual([moved, other])
    await run((tx) => tx.conversations.saveActivity([conversation]))
    expect(await run((tx) => tx.conversations.byId(conversation.accountId, conversation.id))).toEqual(conversation)
  })

  test('are seen by people of the account alone, and never less', async () => {
    const office = await openOffice(subject())
    const { accountId, displayId, id } = await converse(subject(), office)
    const elsewhere = await openOffice(subject())
    const see = (account: number, at: number) => run((tx) => tx.conversations.noteSeen(account, id, office.userId, at))
    const seen = async () => (await subject().queries.conversation(accountId, displayId))?.agentLastSeenAt
    await see(elsewhere.accountId, noon)
    expect(await seen()).toBeNull()
    await see(accountId, noon + 5)
    await see(accountId, noon)
    expect(await seen()).toBe(noon + 5)
    expect(await subject().queries.conversation(accountId, displayId)).toMatchObject({ assigneeLastSeenAt: null })
  })

  test('tell when the customer wrote first after a time', async () => {
    const [conversation, elsewhere] = [
      await converse(subject(), await openOffice(subject())),
      await converse(subject(), await openOffice(subject())),
    ]
    const messages = [
      incoming(conversation, noon + 9),
      incoming(conversation, noon + 5),
      incoming(conversation, noon),
      outgoing(conversation, noon + 3),
    ]
    await run((tx) => tx.messages.insert([...messages, incoming(elsewhere, noon + 1)]))
    const first = (at: number) => run((tx) => tx.conversations.firstIncomingAfter(conversation.id, at))
    expect([await first(noon - 1), await first(noon), await first(noon + 5), await first(noon + 9)]).toEqual([
      noon,
      noon + 5,
      noon + 9,
      null,
    ])
  })

  test('whoever reads one keeps others out until the transaction ends', async () => {
    const { accountId, id } = await converse(subject(), await openOffice(subject()))
    const bump = () =>
      run(async (tx) => {
        const conversation = await tx.conversations.byId(accountId, id)
        await tx.conversations.saveActivity([{ ...conversation!, lastActivityAt: conversation!.lastActivityAt + 1 }])
      })
    await Promise.all(Array.from({ length: 20 }, bump))
    expect(await run((tx) => tx.conversations.byId(accountId, id))).toMatchObject({ lastActivityAt: noon + 20 })
  })
}
