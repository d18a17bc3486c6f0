import { describe, expect, test } from 'vitest'
import type { Rates } from '#application/ports/paces.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { mostInASecond } from '../support/most-in-a-second.ts'
import { createProvider, startDelivery, windowOf } from './delivery-scene.ts'

const rates: Rates = { texts: 10, media: 5, reads: 1 }

const start = async (more: Parameters<typeof startDelivery>[1] = {}) => {
  const provider = createProvider()
  const calledAt = new Map<string, number[]>()
  let now = () => 0
  const scene = await startDelivery(
    (part, access) => {
      calledAt.set(access.channelKey, [...(calledAt.get(access.channelKey) ?? []), now()])
      return provider.send(part, access)
    },
    { rates: async () => rates, ...more },
  )
  now = () => scene.time.now
  return { ...scene, provider, calledAt }
}

describe('an account that has more to say than it may', () => {
  test('says it all, each conversation in its order, never more in a second than it may, and holds no other account up', async () => {
    const { meet, say, work, openInbox, provider, calledAt, time, standing } = await start()
    await openInbox('quiet shop')
    const crowd: number[] = []
    for (let n = 0; n < 15; n++) crowd.push(await meet(`contact ${n}`))
    const quiet = await meet('quiet contact', 'quiet shop')
    const ids: number[] = []
    for (const text of ['first', 'second']) for (const displayId of crowd) ids.push(await say(displayId, `${text} of ${displayId}`))
    const begun = time.now
    await work(begun + 500)
    const later = await say(quiet, 'quiet words')
    await work(time.now + 200)
    expect(standing(later).state).toBe('accepted')
    await work(begun + seconds(20))
    expect(ids.map((id) => standing(id).state)).toEqual(ids.map(() => 'accepted'))
    expect(mostInASecond(calledAt.get('shop') ?? [])).toBeLessThanOrEqual(rates.texts)
    expect(Math.max(...(calledAt.get('shop') ?? [])) - begun, 'all of it left in the time that it takes').toBeLessThan(seconds(5))
    for (const displayId of crowd) {
      const order = provider.texts().filter((text) => text.endsWith(` of ${displayId}`))
      expect(order).toEqual([`first of ${displayId}`, `second of ${displayId}`])
    }
    expect(provider.calls).toHaveLength(31)
  })

  test('what waits for its turn is queued without an error, and is said too late to nobody', async () => {
    const { meet, say, work, standing, provider, time } = await start(windowOf(seconds(2)))
    const crowd: number[] = []
    for (let n = 0; n < 40; n++) crowd.push(await meet(`contact ${n}`))
    const ids: number[] = []
    for (const displayId of crowd) ids.push(await say(displayId, `to ${displayId}`))
    const begun = time.now
    await work(begun + 10)
    const waiting = ids.map(standing).filter(({ state }) => state !== 'accepted')
    expect(waiting.length).toBeGreaterThan(30)
    expect(waiting.every(({ state, status, error, dueAt }) => state === 'queued' && status === 'sent' && !error && dueAt !== null)).toBe(
      true,
    )
    await work(begun + minutes(1))
    const states = Map.groupBy(ids.map(standing), ({ state }) => state)
    expect(states.get('refused')?.every(({ error }) => error?.code === 'message.outside_window')).toBe(true)
    expect((states.get('refused')?.length ?? 0) + (states.get('accepted')?.length ?? 0)).toBe(40)
    expect(provider.calls.length).toBe(states.get('accepted')?.length)
  })

  const crowded = async () => {
    const scene = await start()
    const ids: number[] = []
    for (let n = 0; n < 12; n++) ids.push(await scene.say(await scene.meet(`contact ${n}`), `${n}`))
    const { accountId, inboxId, world } = scene
    const orders = [...world.state().conversations.values()].map(({ id }) => ({ accountId, inboxId, conversationId: id }))
    return { ...scene, ids, orders, jobs: () => world.jobs().length }
  }

  test('with a place to leave it waits in memory, without a job or a row', async () => {
    const { deliverConversation, orders, ids, jobs, time, standing } = await crowded()
    const before = jobs()
    let left = 0
    const place = {
      async leaveUntil(at: number) {
        left++
        time.now = Math.max(time.now, at)
        return true
      },
    }
    for (const order of orders) await deliverConversation(order, place)
    expect(left).toBeGreaterThan(0)
    expect(jobs()).toBe(before)
    expect(ids.map((id) => standing(id).state)).toEqual(ids.map(() => 'accepted'))
  })

  test('where the process stops meanwhile, what waits is written down', async () => {
    const { deliverConversation, orders, ids, jobs, time, standing, work } = await crowded()
    const before = jobs()
    await Promise.all(orders.map((order) => deliverConversation(order, { leaveUntil: async () => false })))
    const waiting = ids.map(standing).filter(({ state }) => state !== 'accepted')
    expect(waiting.length).toBeGreaterThan(0)
    expect(waiting.map(({ dueAt }) => dueAt)).not.toContain(null)
    expect(jobs() - before).toBe(waiting.length)
    await work(time.now + seconds(10))
    expect(ids.map((id) => standing(id).state)).toEqual(ids.map(() => 'accepted'))
  })

  test('two deliveries of one conversation at once send its message once', async () => {
    const { meet, say, deliverConversation, startWorker, world, provider, accountId, inboxId } = await start()
    const displayId = await meet('someone')
    await say(displayId, 'once')
    const [conversation] = [...world.state().conversations.values()]
    const order = { accountId, inboxId, conversationId: conversation?.id ?? 0 }
    await Promise.all([deliverConversation(order), deliverConversation(order), deliverConversation(order), startWorker()(order)])
    expect(provider.texts()).toEqual(['once'])
  })
})

test('looking for messages that may have been sent is reading, and waits for its turn too', async () => {
  const looks: number[] = []
  let now = () => 0
  const { meet, say, work, provider, time, standing } = await start({
    findSent: async (_access, { text }) => {
      looks.push(now())
      return ok(provider.taken.filter((each) => each.text === text).map(({ mid }) => mid))
    },
  })
  now = () => time.now
  const lost = err({ code: 'channel.uncertain', detail: { message: 'Nobody knows.' } } as const)
  const crowd: number[] = []
  for (let n = 0; n < 6; n++) crowd.push(await meet(`contact ${n}`))
  const ids: number[] = []
  for (const displayId of crowd) ids.push(await say(displayId, `to ${displayId}`))
  provider.says = (text, account) => {
    provider.taken.push({ text, account, mid: `mid of ${text}` })
    return lost
  }
  await work(time.now + minutes(3))
  expect(ids.map((id) => standing(id).state)).toEqual(ids.map(() => 'accepted'))
  expect(looks.length).toBeGreaterThanOrEqual(6)
  expect(mostInASecond(looks)).toBe(1)
})
