import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { limitOf } from '#domain/inbox/pace.ts'
import { mostInASecond } from '../support/most-in-a-second.ts'
import { eventually } from '../support/system.ts'
import { openShops, type PacedShops, readClaims } from './pacing-scene.ts'
import { isFull } from './support.ts'

const perSecond = 20
const stormed = isFull ? 20 : 3
/** Each gets one message. */
const conversationsEach = isFull ? 400 : 30

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** From when messages to a quiet account are written until they are with the provider, ms; one message after the other. */
const latencies = async ({ say, numberOf, arrivals }: PacedShops, label: string, count: number): Promise<number[]> => {
  const found: number[] = []
  for (let n = 0; n < count; n++) {
    const begun = Date.now()
    const text = `${label} ${n}`
    await say(numberOf(stormed, n), text)
    const arrival = await eventually(async () => arrivals.find((each) => each.text === text), `the arrival of ${text}`)
    found.push(arrival.at - begun)
    await delay(200)
  }
  return found
}

/**
 * Every account is given more than it may send at once, while two workers that share nothing but the database deliver. The claims tell
 * exactly what was allowed when; the provider sees the same, but for the time that each call was under way.
 */
test(`a storm over ${stormed} accounts: none is called too often, nothing is lost, and others are not held up`, {
  timeout: 300_000,
}, async () => {
  const shops = await openShops({ accounts: stormed + 1, conversationsEach, perSecond })
  await using _ = shops
  const { say, numberOf, startWorker, database, arrivals } = shops
  await startWorker()
  await startWorker()
  const calm = await latencies(shops, 'calm', isFull ? 40 : 3)
  for (let n = 0; n < conversationsEach; n++)
    await Promise.all(Array.from({ length: stormed }, (_, account) => say(numberOf(account, n), `storm ${account} ${n}`)))
  const troubled = await latencies(shops, 'troubled', isFull ? 60 : 1)
  await eventually(async () => (await readClaims(database)).every(({ state }) => state === 'accepted'), 'delivering everything', 240_000)

  const claims = Map.groupBy(await readClaims(database), ({ inboxId }) => inboxId)
  const texts = arrivals.map(({ text }) => text)
  expect(new Set(texts).size).toBe(texts.length)
  expect(texts.filter((text) => text.startsWith('storm'))).toHaveLength(stormed * conversationsEach)
  const used: number[] = []
  const most: number[] = []
  const storms = [...claims].toSorted(([a], [b]) => a - b).slice(0, stormed)
  for (const [account, [, group]] of storms.entries()) {
    const times = group.map(({ claimedAt }) => claimedAt ?? 0)
    expect(mostInASecond(times)).toBeLessThanOrEqual(perSecond)
    used.push(((times.length - limitOf(perSecond).burst) * 1000) / ((times.at(-1) ?? 0) - (times[0] ?? 0)) / perSecond)
    const seen = arrivals.filter((each) => each.account === `shop ${account}`).map(({ at }) => at)
    const slowest = Math.max(...seen.toSorted((a, b) => a - b).map((at, n) => at - (times[n] ?? at)))
    expect(mostInASecond(seen.toSorted((a, b) => a - b))).toBeLessThanOrEqual(
      perSecond + Math.ceil(slowest / limitOf(perSecond).span) * limitOf(perSecond).burst,
    )
    most.push(mostInASecond(seen.toSorted((a, b) => a - b)))
  }
  const figures = { used: Math.min(...used), most: Math.max(...most), calm: median(calm), troubled: median(troubled) }
  if (isFull) {
    console.info(JSON.stringify(figures))
    expect(figures.used).toBeGreaterThanOrEqual(0.9)
    expect(figures.troubled).toBeLessThanOrEqual(2 * figures.calm)
  }
})
