import { expect, test } from 'vitest'
import type { InboxRef } from '#application/ports/credentials.ts'
import { minutes } from '#domain/shared/instant.ts'
import { noon, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'
import { arrived, failed, later, webhookScenario } from './webhook-scenario.ts'

export const webhookTurnsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const { run, openBridge, talk, eventIn, tell, take, settle, conversationsOf } = webhookScenario(subject)

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
}
