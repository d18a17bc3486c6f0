import { describe, expect, test } from 'vitest'
import type { ConversationEvent } from '#application/events.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Claim, Settlement, WebhookDelivery } from '#application/ports/webhooks.ts'
import { minutes } from '#domain/shared/instant.ts'
import { commit, converse, detailsBy, fresh, incoming, noon, openOffice, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const claim: Claim = { now: noon, until: noon + 1000, width: 8, most: 100 }
const arrived: Settlement = { state: 'delivered', dueAt: noon, status: 200, error: null }
const later = (dueAt: number): Settlement => ({ state: 'pending', dueAt, status: 500, error: 'It answered 500.' })
const failed: Settlement = { state: 'failed', dueAt: noon, status: 500, error: 'It answered 500.' }

export const webhooksContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  /** An account whose own software listens in its inbox, unless it does not. */
  const openBridge = async ({ isListening = true } = {}) => {
    const webhookUrl = isListening ? 'https://bridge.example/in' : undefined
    const office = await openOffice(subject())
    const inbox = { accountId: office.accountId, name: 'Bridge', at: noon, channel: 'api', channelKey: fresh('key') }
    const inboxId = await run((tx) => tx.inboxes.insert({ ...inbox, webhookUrl }, detailsBy(office.userId)))
    if (inboxId === undefined) throw new Error('The key is fresh.')
    return { ...office, inboxId, channelKey: inbox.channelKey }
  }
  const talk = async (ref: InboxRef) => converse(subject(), { ...(await openOffice(subject())), ...ref })

  const eventIn = async (conversation: Conversation, at = noon, messageId?: number): Promise<ConversationEvent> => {
    const { accountId, id: conversationId } = conversation
    const [scene] = await run((tx) =>
      tx.webhooks.scenes([{ accountId, conversationId, ...(messageId === undefined ? {} : { messageId }) }]),
    )
    if (!scene) throw new Error('Somebody listens.')
    const { message, ...payload } = scene
    return message
      ? { accountId, name: 'message_created', payload: { ...payload, message }, at }
      : { accountId, name: 'conversation_created', payload, at }
  }
  const tell = async (...conversations: Conversation[]) => {
    const events: ConversationEvent[] = []
    for (const conversation of conversations) events.push(await eventIn(conversation))
    await run((tx) => tx.webhooks.add(events))
    return events
  }
  const take = (ref: InboxRef, changes: Partial<Claim> = {}) => run((tx) => tx.webhooks.take(ref, { ...claim, ...changes }))
  const settle = (delivery: WebhookDelivery, settlement: Settlement) => run((tx) => tx.webhooks.settle(delivery, settlement, noon + 5))
  const conversationsOf = (deliveries: readonly WebhookDelivery[]) => deliveries.map(({ event }) => event.payload.conversation.id)

  describe('a scene', () => {
    test('is how things stand in this very transaction, without what only colleagues see', async () => {
      const office = await openBridge()
      const conversation = await talk(office)
      const { accountId, id: conversationId } = conversation
      const scenes = await run(async (tx) => {
        const [first] = await tx.messages.insert([
          incoming(conversation, noon),
          outgoing(conversation, noon + 1, { private: true, content: 'a note' }),
          outgoing(conversation, noon + 2, { type: 'activity', content: 'resolved' }),
        ])
        await tx.conversations.saveActivity([{ ...conversation, status: 'resolved' }])
        const ref = { accountId, conversationId }
        return tx.webhooks.scenes([
          { ...ref, messageId: first! },
          ref,
          { ...ref, messageId: 987_654_321 },
          { accountId: accountId + 1, conversationId },
        ])
      })
      const scene = { account: { id: accountId }, inbox: { id: office.inboxId, name: 'Bridge' }, conversation: { status: 'resolved' } }
      expect(scenes).toMatchObject([{ ...scene, message: { content: 'hello' } }, scene, undefined, undefined])
      expect(scenes[0]?.conversation.lastMessage).toMatchObject({ id: scenes[0]?.message?.id })
      expect(scenes[1]).not.toHaveProperty('message')
    })

    test('there is none where nobody listens', async () => {
      const { accountId, ...rest } = await openBridge({ isListening: false })
      const conversation = await talk({ accountId, inboxId: rest.inboxId })
      const listening = await talk(await openBridge())
      const refs = [conversation, listening].map((each) => ({ accountId: each.accountId, conversationId: each.id }))
      expect(await run((tx) => tx.webhooks.scenes(refs))).toMatchObject([undefined, { conversation: { id: listening.id } }])
      expect(await run((tx) => tx.webhooks.scenes([]))).toEqual([])
    })
  })

  describe('what is due', () => {
    test('is taken as it was told, once, by whoever comes first', async () => {
      const office = await openBridge()
      const conversation = await talk(office)
      const [messageId] = await run((tx) => tx.messages.insert([outgoing(conversation, noon, { content: 'half \ud83d' })]))
      const event = await eventIn(conversation, noon, messageId)
      await run((tx) => tx.webhooks.add([event]))
      const [taken] = await take(office)
      expect(taken).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inboxId: office.inboxId,
        attempts: 1,
        deliveredAt: null,
        event,
        target: expect.anything(),
      })
      expect(await take(office)).toEqual([])
      expect(await take(office, { now: noon + 1000 })).toEqual([{ ...taken, attempts: 2 }])
      expect(await take({ ...office, accountId: office.accountId + 1 }, { now: noon + 5000 })).toEqual([])
    })

    test('of each conversation only the first that is not over', async () => {
      const office = await openBridge()
      const [one, two] = [await talk(office), await talk(office)]
      await tell(one, two, one, two)
      const first = await take(office)
      expect(conversationsOf(first)).toEqual([one.id, two.id])
      expect(await settle(first[0]!, arrived)).toBe(true)
      expect(await settle(first[1]!, later(noon + minutes(5)))).toBe(true)
      const second = await take(office)
      expect(conversationsOf(second)).toEqual([one.id])
      expect(second[0]?.id).not.toBe(first[0]?.id)
      await settle(second[0]!, failed)
      expect(await take(office, { now: noon + minutes(5) - 1 })).toEqual([])
      expect(await take(office, { now: noon + minutes(5), until: noon + minutes(6) })).toMatchObject([{ id: first[1]?.id, attempts: 2 }])
    })

    test('what is told behind something that waits, waits', async () => {
      const office = await openBridge()
      const conversation = await talk(office)
      await tell(conversation)
      const [first] = await take(office)
      await settle(first!, later(noon + minutes(5)))
      await tell(conversation)
      expect(await run((tx) => tx.webhooks.inboxesDue(noon + minutes(4), office.inboxId - 1, 1))).not.toContainEqual({
        accountId: office.accountId,
        inboxId: office.inboxId,
      })
      const [again] = await take(office, { now: noon + minutes(5), until: noon + minutes(6) })
      await settle(again!, arrived)
      expect(await take(office, { now: noon + minutes(5) })).toHaveLength(1)
    })

    test('and when the next will be', async () => {
      const office = await openBridge()
      const nextDue = (now: number, ref: InboxRef = office) => run((tx) => tx.webhooks.nextDue(ref, now))
      expect(await nextDue(noon)).toBeNull()
      await tell(await talk(office))
      expect([await nextDue(noon - 1), await nextDue(noon), await nextDue(noon - 1, { ...office, accountId: 1e9 })]).toEqual([
        noon,
        null,
        null,
      ])
      const [taken] = await take(office)
      await settle(taken!, later(noon + minutes(5)))
      expect(await nextDue(noon)).toBe(noon + minutes(5))
    })

    test('not more than may be under way at once', async () => {
      const office = await openBridge()
      for (let n = 0; n < 5; n++) await tell(await talk(office))
      const first = await take(office, { width: 3, most: 2 })
      expect(first).toHaveLength(2)
      expect(await take(office, { width: 3 })).toHaveLength(1)
      expect(await take(office, { width: 3 })).toEqual([])
      await settle(first[0]!, arrived)
      expect(await take(office, { width: 3 })).toHaveLength(1)
      expect(await take(office, { width: 3, now: noon + 1000, until: noon + 2000 })).toHaveLength(3)
    })

    test('by 10 who come at once nothing is taken twice', async () => {
      const office = await openBridge()
      for (let n = 0; n < 6; n++) await tell(await talk(office))
      const taken = (await Promise.all(Array.from({ length: 10 }, () => take(office, { most: 1, width: 5 })))).flat()
      expect(taken).toHaveLength(5)
      expect(new Set(taken.map(({ id }) => id)).size).toBe(5)
    })

    test('is found by inbox, unless somebody has it', async () => {
      const [one, two] = [await openBridge(), await openBridge()]
      await tell(await talk(one), await talk(two))
      const ref = ({ accountId, inboxId }: InboxRef) => ({ accountId, inboxId })
      const due = (after: number, limit: number, now = noon) => run((tx) => tx.webhooks.inboxesDue(now, after, limit))
      expect(await due(one.inboxId - 1, 10)).toEqual([ref(one), ref(two)])
      expect(await due(one.inboxId, 10)).toEqual([ref(two)])
      expect(await due(one.inboxId - 1, 1)).toEqual([ref(one)])
      expect(await due(one.inboxId - 1, 10, noon - 1)).toEqual([])
      await take(one)
      expect(await due(one.inboxId - 1, 10)).toEqual([ref(two)])
    })
  })

  describe('what was taken', () => {
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
  })

  test('what is taken brings where it goes, and what signs it, as they are by then', async () => {
    const office = await openBridge()
    const { accountId, inboxId, channelKey } = office
    for (let n = 0; n < 3; n++) await tell(await talk(office))
    const target = async () => (await take(office, { most: 1 }))[0]?.target
    const secret = { accountId, inboxId, kind: 'webhook' as const }
    const unmade = { ...secret, sealed: null, context: `webhook:api:${channelKey}` }
    expect(await target()).toEqual({ url: 'https://bridge.example/in', goneAt: null, secret: unmade })
    await run((tx) => tx.inboxSecrets.replace({ ...secret, kind: 'hmac' }, 'another'))
    await run((tx) => tx.inboxSecrets.replace(secret, 'sealed'))
    await run((tx) => tx.webhooks.markGone(office, 'https://bridge.example/in', noon))
    expect(await target()).toEqual({ url: 'https://bridge.example/in', goneAt: noon, secret: { ...unmade, sealed: 'sealed' } })
    const settings = await run((tx) => tx.inboxes.settings(accountId, inboxId))
    await run((tx) => tx.inboxes.saveSettings(accountId, inboxId, { ...settings!, webhookUrl: null }))
    expect(await target()).toMatchObject({ url: null })
  })

  test('an inbox’s own software listens at one address', async () => {
    const office = await openBridge()
    const deaf = await openBridge({ isListening: false })
    const listensAt = (ref: InboxRef, url = 'https://bridge.example/in') => run((tx) => tx.webhooks.listensAt(ref, url))
    expect([await listensAt(office), await listensAt(office, 'https://elsewhere.example/')]).toEqual([true, false])
    expect([await listensAt({ ...office, accountId: office.accountId + 1 }), await listensAt(deaf)]).toEqual([false, false])
  })

  test('an address is gone once, and only the one that is meant', async () => {
    const office = await openBridge()
    const mark = (url: string, at: number) => run((tx) => tx.webhooks.markGone(office, url, at))
    const goneAt = async () => (await subject().queries.inbox(office.accountId, office.inboxId))?.webhookGoneAt
    expect([await mark('https://elsewhere.example/', noon), await goneAt()]).toEqual([false, null])
    expect([await mark('https://bridge.example/in', noon), await mark('https://bridge.example/in', noon + 1)]).toEqual([true, false])
    expect(await goneAt()).toBe(noon)
    await run((tx) => tx.webhooks.welcome({ ...office, accountId: office.accountId + 1 }, noon))
    expect(await goneAt()).toBe(noon)
    await run((tx) => tx.webhooks.welcome(office, noon))
    expect(await goneAt()).toBeNull()
  })

  test('what waits for its next try is due where its address is welcome again, and nothing elsewhere', async () => {
    const [office, other] = [await openBridge(), await openBridge()]
    for (const each of [office, other]) {
      await tell(await talk(each))
      const [taken] = await take(each)
      await settle(taken!, { ...failed, state: 'pending', dueAt: noon + 90_000 })
    }
    await run((tx) => tx.webhooks.welcome(office, noon + 10))
    expect(await take(office, { now: noon + 9 })).toEqual([])
    expect(await take(office, { now: noon + 10 })).toHaveLength(1)
    expect(await take(other, { now: noon + 89_999 })).toEqual([])
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
