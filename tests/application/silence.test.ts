import { expect, test } from 'vitest'
import { createWatchSilence } from '#application/inboxes/watch-silence.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { inboxChanges } from '../fakes/events.ts'
import { startConnections } from './connection-scene.ts'
import { happening, received } from './support.ts'

/** One inbox in which somebody new writes every `gap`, thirty times; the job runs every quarter of an hour. */
const startRhythm = async (gap: number) => {
  const scene = await startConnections({ subscribe: async () => ok(null) })
  const { world, channels, time, inboxId, accountId, receive } = scene
  const watch = createWatchSilence({ channels, queries: world.queries, unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  const later = async (span: number): Promise<void> => {
    for (const end = time.now + span; time.now < end; ) {
      time.now = Math.min(time.now + minutes(15), end)
      await watch()
    }
  }
  let written = 0
  const write = (at = time.now) => {
    const text = `text ${++written}`
    return receive(happening({ kind: 'message-received', payload: received(text, text) }, at, `customer ${written}`))
  }
  for (let n = 0; n < 30; n++) {
    time.now += gap
    await write()
  }
  /** What was told of silence: from when, until when, in hours since the last of the thirty. */
  const began = time.now
  const told = () =>
    world
      .look(({ businessEvents }) => inboxChanges(businessEvents))
      .flatMap(({ payload, at }) => {
        const change = payload.changed_attributes.find((changed) => 'quiet_since' in changed)?.quiet_since
        const hour = (value: unknown): number | null => (typeof value === 'number' ? Math.round((value * 1000 - began) / hours(1)) : null)
        return change ? [{ at: Math.round((at - began) / hours(1)), was: hour(change.previous_value), is: hour(change.current_value) }] : []
      })
  const quietSince = async () => (await world.queries.inbox(accountId, inboxId))?.connection?.quietSince
  return { ...scene, later, write, told, quietSince, began, watch }
}

test('an inbox in use that goes quiet is told of once, and once when it is heard again', async () => {
  const { later, write, told, quietSince, began } = await startRhythm(hours(8))
  await later(hours(24))
  expect([told(), await quietSince()]).toEqual([[], null])
  await later(days(20))
  expect(told()).toEqual([{ at: 224, was: null, is: 0 }])
  expect(await quietSince()).toBe(began)
  await write()
  await later(minutes(15))
  expect(told().slice(1)).toEqual([{ at: 504, was: 0, is: null }])
  expect(await quietSince()).toBe(null)
  await later(days(2))
  expect(told()).toHaveLength(2)
})

test('and does so again the next time', async () => {
  const { later, write, told } = await startRhythm(hours(1))
  for (let n = 0; n < 3; n++) {
    await later(days(10))
    await write()
  }
  await later(minutes(15))
  expect(told().map(({ is }) => is === null)).toEqual([false, true, false, true, false, true])
})

test('one whose answers do not come back is told of within half an hour', async () => {
  const { later, meet, say, work, write, told, time, began, watch } = await startRhythm(hours(1))
  const conversation = await meet('someone')
  time.now += minutes(20)
  await say(conversation, 'no echo comes of this')
  await work(time.now)
  await watch()
  expect(told()).toEqual([])
  await later(minutes(30))
  expect(told()).toHaveLength(1)
  expect(time.now - began).toBeLessThan(hours(1))
  await write(time.now - hours(2))
  await later(hours(1))
  expect(told()).toHaveLength(1)
  await write()
  await later(minutes(15))
  expect(told().at(-1)).toMatchObject({ is: null })
})

test('where echoes never come, that is told once a day, however many answers nobody answers', async () => {
  const { later, meet, say, work, write, told, time } = await startRhythm(hours(1))
  for (let n = 0; n < 20; n++) {
    const conversation = await meet(`someone ${n}`)
    time.now += minutes(5)
    await say(conversation, 'no echo comes of this')
    await work(time.now)
    await later(hours(1))
    await write()
    await later(hours(1))
  }
  expect(told().map(({ is }) => is === null)).toEqual([false, true, false, true])
})

test('one that is disconnected, or has hardly any customers, is never quiet', async () => {
  const lonely = await startConnections({ subscribe: async () => ok(null) })
  const { world, channels, time, inboxId, accountId, receive } = lonely
  const watch = createWatchSilence({ channels, queries: world.queries, unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  await receive(happening({ kind: 'message-received', payload: received('one', 'one') }, time.now, 'one'))
  for (let day = 0; day < 100; day++) {
    time.now += days(1)
    await watch()
  }
  expect((await world.queries.inbox(accountId, inboxId))?.connection?.quietSince).toBe(null)
  const busy = await startRhythm(hours(1))
  await busy.world.unitOfWork.run(async (tx) => ok(await tx.inboxes.cut(busy.inboxId, null)))
  await busy.later(days(9))
  expect(busy.told()).toEqual([])
})
