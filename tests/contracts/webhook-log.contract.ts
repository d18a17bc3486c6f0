import { expect, test } from 'vitest'
import type { ConversationEvent } from '#application/events.ts'
import { noon, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'
import { arrived, failed, webhookScenario } from './webhook-scenario.ts'

export const webhookLogContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const { run, openBridge, talk, eventIn, tell, take, settle, conversationsOf } = webhookScenario(subject)

  test('is settled once, and not by whoever was too slow', async () => {
    const office = await openBridge()
    await tell(await talk(office))
    const [slow] = await take(office)
    const [quick] = await take(office, { now: noon + 1000, until: noon + 2000 })
    expect(await settle(slow!, failed)).toBe(false)
    expect(await settle(quick!, arrived)).toBe(true)
    expect(await settle(quick!, failed)).toBe(false)
    expect(await subject().queries.webhookDeliveries(office.accountId, office.inboxId, { page: 1 })).toEqual([
      {
        ...{ id: quick?.id, event: 'conversation_created', at: noon, conversationDisplayId: expect.any(Number), messageId: null },
        ...{
          state: 'delivered',
          attempts: 2,
          dueAt: null,
          attemptedAt: noon + 1000,
          deliveredAt: noon + 5,
          lastStatus: 200,
          lastError: null,
        },
      },
    ])
  })

  test('is listed newest first, 25 a page, and by its state', async () => {
    const office = await openBridge()
    const conversation = await talk(office)
    for (let n = 0; n < 26; n++) await tell(conversation)
    const [first] = await take(office)
    await settle(first!, failed)
    const list = (page: number, state?: 'pending' | 'failed') =>
      subject().queries.webhookDeliveries(office.accountId, office.inboxId, { page, ...(state ? { state } : {}) })
    expect(await list(1)).toHaveLength(25)
    expect(await list(2)).toMatchObject([{ id: first?.id, state: 'failed', lastStatus: 500, lastError: 'It answered 500.' }])
    expect(await list(1, 'failed')).toHaveLength(1)
    expect(await list(1, 'pending')).toMatchObject([{ dueAt: noon }, ...Array.from({ length: 24 }, () => ({ state: 'pending' }))])
    expect(await subject().queries.webhookDeliveries(office.accountId + 1, office.inboxId, { page: 1 })).toEqual([])
  })

  test('begins anew where it is over, and stays before what came later', async () => {
    const office = await openBridge()
    const conversation = await talk(office)
    const [messageId] = await run((tx) => tx.messages.insert([outgoing(conversation, noon)]))
    const events = [
      await eventIn(conversation, noon - 10),
      await eventIn(conversation, noon, messageId),
      await eventIn(conversation, noon + 1),
    ]
    await run((tx) => tx.webhooks.add(events))
    const [first] = await take(office)
    await settle(first!, arrived)
    const [second] = await take(office)
    await settle(second!, failed)
    const past = (which: object, after = 0, limit = 10) => run((tx) => tx.webhooks.past(office, which, after, limit))
    const both = await past({})
    expect(both).toMatchObject([
      { id: first?.id, conversationId: conversation.id, messageId: null },
      { id: second?.id, messageId },
    ])
    const ids = async (which: object) => (await past(which)).map(({ id }) => id)
    expect(await ids({ state: 'failed' })).toEqual([second?.id])
    expect(await ids({ ids: [first?.id] })).toEqual([first?.id])
    expect(await ids({ since: noon })).toEqual([second?.id])
    expect(await ids({ until: noon })).toEqual([first?.id])
    expect(await past({}, both[0]?.position)).toHaveLength(1)
    expect(await past({}, 0, 1)).toHaveLength(1)
    const stranger = { ...office, accountId: office.accountId + 1 }
    expect(await run((tx) => tx.webhooks.past(stranger, {}, 0, 10))).toEqual([])
    await run((tx) => tx.webhooks.reopen(stranger, [second!.id], noon))
    expect(await ids({ state: 'failed' })).toHaveLength(1)

    await run((tx) => tx.webhooks.reopen(office, [first!.id, second!.id], noon + 5))
    const [again] = await take(office, { now: noon + 5 })
    expect(again).toMatchObject({ id: first?.id, attempts: 1, deliveredAt: noon + 5 })
    expect(await past({})).toEqual([])
  })

  test('what was told anew since, or lasted a moment, is not repeated', async () => {
    const office = await openBridge()
    const conversation = await talk(office)
    const [messageId] = await run((tx) => tx.messages.insert([outgoing(conversation, noon)]))
    const { accountId, at, payload } = await eventIn(conversation)
    const user = { id: 1, name: 'Ada', email: 'ada@example.com' }
    const typing: ConversationEvent = { accountId, at, name: 'conversation_typing_on', payload: { ...payload, user } }
    const events = [await eventIn(conversation, noon - 10, messageId), typing, await eventIn(conversation, noon, messageId)]
    await run((tx) => tx.webhooks.add(events))
    for (let n = 0; n < 3; n++) for (const each of await take(office)) await settle(each, failed)
    const past = await run((tx) => tx.webhooks.past(office, { state: 'failed' }, 0, 10))
    expect(past).toMatchObject([{ messageId }])
    const listed = await subject().queries.webhookDeliveries(office.accountId, office.inboxId, { page: 1, state: 'failed' })
    expect(listed.map(({ event }) => event)).toEqual(['message_created', 'conversation_typing_on', 'message_created'])
    expect(past[0]?.id).toBe(listed[0]?.id)
  })

  test('what still waits is never too old, and what is over goes with its event', async () => {
    const office = await openBridge()
    const [one, two] = [await talk(office), await talk(office)]
    const old = noon - 2_000_000
    await run(async (tx) => tx.webhooks.add([]))
    const events = [await eventIn(one, old), await eventIn(two, old)]
    await run((tx) => tx.webhooks.add(events))
    const [first] = await take(office, { most: 1 })
    await settle(first!, arrived)
    while ((await run((tx) => tx.events.prune(old + 1, 100))) > 0);
    expect(await subject().businessEvents(office.accountId)).toHaveLength(1)
    expect(await subject().queries.webhookDeliveries(office.accountId, office.inboxId, { page: 1 })).toMatchObject([{ state: 'pending' }])
  })

  test('of a person who is erased nothing more is told, and nothing of it stays', async () => {
    const office = await openBridge()
    const [one, two] = [await talk(office), await talk(office)]
    await tell(one, two)
    await run((tx) => tx.erasures.begin(office.accountId, one.contactId, noon))
    expect(conversationsOf(await take(office))).toEqual([two.id])
    expect(await subject().queries.webhookDeliveries(office.accountId, office.inboxId, { page: 1 })).toHaveLength(1)
    while ((await run((tx) => tx.erasures.deleteDisowned(100))) > 0);
    expect(await subject().businessEvents(office.accountId)).toMatchObject([{ payload: { conversation: { id: two.id } } }])
  })
}
