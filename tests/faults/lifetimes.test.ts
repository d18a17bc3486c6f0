import { describe, expect, test } from 'vitest'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err } from '#domain/shared/result.ts'
import { type Connections, fair, refusal, startConnections, type Weather } from '../application/connection-scene.ts'
import { happening, received } from '../application/support.ts'

/** The same numbers in every run (mulberry32). */
const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const transient: readonly Weather[] = [
  { taken: false, heard: refusal('channel.unavailable') },
  { taken: false, heard: refusal('channel.unavailable', { outage: true }) },
  { taken: false, heard: refusal('channel.rate_limited', { retryAfter: minutes(7) }) },
  { taken: false, heard: refusal('channel.uncertain', { outage: true }) },
  { taken: true, heard: refusal('channel.uncertain', { outage: true }) },
]

const fivePercent = (random: () => number) => (): Weather => {
  if (random() >= 0.05) return fair
  return transient[Math.floor(random() * transient.length)] ?? fair
}

const channels = Array.from({ length: 1000 }, (_, n) => `shop ${n}`)

/** Connects all of them on the first day; answers their inboxes. */
const connectAll = async ({ connect, time, world }: Connections): Promise<Map<string, number>> => {
  const inboxes = new Map<string, number>()
  for (const account of channels) {
    time.now += minutes(1)
    inboxes.set(account, await connect(account))
  }
  // Of the jobs, only those that come later are looked at.
  world.arrange(({ jobs }) => jobs.clear())
  return inboxes
}

/** When the next token is due. */
const nextDue = ({ world }: Connections): number =>
  world.look(({ credentials }) => {
    let next = Number.POSITIVE_INFINITY
    for (const { refreshAt } of credentials.values()) next = Math.min(next, refreshAt ?? next)
    return next
  })

/** Lets the scheduled job run every hour until then, as far as it has anything to do. */
const liveUntil = async (scene: Connections, until: number): Promise<void> => {
  const { time, refreshDue } = scene
  for (;;) {
    const tick = Math.ceil(Math.max(nextDue(scene), time.now + 1) / hours(1)) * hours(1)
    if (tick > until) break
    time.now = tick
    await refreshDue()
  }
  time.now = until
}

const closest = (at: readonly number[]): number => Math.min(...at.slice(1).map((each, n) => each - (at[n] ?? 0)))

const states = ({ world }: Connections): Map<string, string> =>
  new Map(world.look(({ connections }) => [...connections.values()].map(({ channelKey, state }) => [channelKey, state])))

const writes = (account: string, text: string, at: number) =>
  happening({ kind: 'message-received', payload: received(`${account} ${text}`, text) }, at, `customer of ${account}`, account)

const count = <T>(all: Iterable<T>): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(all, String)].map(([what, each]) => [what, each.length]))

describe('1,000 channels', { timeout: 240_000 }, () => {
  test('over 400 days, with one refresh in twenty failing: no token ends, and none is refreshed twice within a day', async () => {
    const scene = await startConnections()
    scene.weather.of = fivePercent(createRandom(5))
    const begun = scene.time.now
    await connectAll(scene)
    await liveUntil(scene, begun + days(400))
    expect(scene.lines.filter(({ event }) => event === 'credential.ended')).toEqual([])
    expect(scene.lines.filter(({ event }) => event === 'credential.refresh_failing').length).toBeGreaterThan(400)
    for (const account of channels) {
      const refreshes = scene.office.refreshes.get(account) ?? []
      expect(refreshes.length, account).toBeGreaterThanOrEqual(13)
      expect(refreshes.length, account).toBeLessThanOrEqual(15)
      expect(closest(refreshes), account).toBeGreaterThanOrEqual(hours(24))
    }
    await liveUntil(scene, scene.time.now + days(2))
    scene.weather.of = () => fair
    await liveUntil(scene, scene.time.now + days(2))
    expect(count(states(scene).values())).toEqual({ connected: channels.length + 1 })
  })

  test('over 10 days of outage: nothing that came in is lost, and all recover by themselves whose token still lives', async () => {
    const scene = await startConnections()
    const { world, weather, office, time, receive, meet, say, work, standing, delivery, connect, told } = scene
    const begun = time.now
    const inboxes = await connectAll(scene)
    const doomed = channels.filter((_, n) => n % 100 === 0)
    const no = err({ code: 'channel.rejected', class: 'permission', detail: { message: 'Not an accepted tester.' } } as const)
    weather.of = (account) => (doomed.includes(account) ? { taken: false, heard: no } : fair)
    await liveUntil(scene, begun + days(55))
    const writing = [...channels.slice(0, 20), ...doomed.slice(1)]
    const conversations = new Map<string, number>()
    for (const account of writing) conversations.set(account, await meet(`customer of ${account}`, account))

    weather.isDown = true
    const answers: { readonly account: string; readonly id: number; readonly text: string }[] = []
    for (let day = 0; day < 10; day++) {
      const today = channels.filter((_, n) => n % 10 === day)
      await receive(...today.map((account) => writes(account, `day ${day}`, time.now)))
      for (const [account, conversation] of day < 3 ? conversations : []) {
        const text = `${account} answer ${day}`
        answers.push({ account, text, id: await say(conversation, text) })
      }
      await liveUntil(scene, begun + days(56 + day))
      await work(time.now)
    }
    expect(delivery.taken).toEqual([])
    const failing = [...states(scene).values()].filter((state) => state === 'refresh_failing').length
    expect(failing).toBeGreaterThan(0)

    weather.isDown = false
    weather.of = () => fair
    await liveUntil(scene, time.now + days(3))
    await work(time.now)
    const incoming = [...world.state().messages.values()].filter(({ type }) => type === 'incoming')
    expect(incoming).toHaveLength(channels.length + writing.length)
    const after = states(scene)
    for (const account of channels)
      expect(after.get(account), account).toBe(doomed.includes(account) ? 'reauthorization_required' : 'connected')
    for (const account of doomed) {
      expect(told(inboxes.get(account) ?? 0)).toEqual(['connected > refresh_failing', 'refresh_failing > reauthorization_required'])
      expect(office.refreshes.get(account)).toBeUndefined()
    }
    for (const { account, id } of answers) expect(standing(id).state === 'accepted', account).toBe(!doomed.includes(account))

    for (const account of doomed) expect(await connect(account)).toBe(inboxes.get(account))
    await work(time.now)
    expect(count(states(scene).values())).toEqual({ connected: channels.length + 1 })
    for (const account of writing) {
      const wanted = answers.filter((each) => each.account === account).map(({ text }) => text)
      expect(delivery.texts().filter((text) => wanted.includes(text))).toEqual(wanted)
    }
  })
})
