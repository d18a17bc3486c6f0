import { expect, test } from 'vitest'
import type { ChannelError } from '#application/ports/channel.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err } from '#domain/shared/result.ts'
import { Crash, createProvider, startDelivery } from './delivery-scene.ts'

const start = async () => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send)
  const loseJobs = () => scene.world.arrange((state) => state.jobs.clear())
  return { ...scene, provider, loseJobs, begun: scene.time.now }
}

test('a message whose job was lost leaves with the next look for such', async () => {
  const { provider, meet, say, work, standing, loseJobs, wakeDeliveries, time } = await start()
  const [ann, bob] = [await meet('ann'), await meet('bob')]
  const ids = [await say(ann, 'one'), await say(bob, 'two'), await say(ann, 'three')]
  loseJobs()
  await work(time.now)
  expect(provider.texts()).toEqual([])
  await wakeDeliveries()
  await work(time.now)
  expect(provider.texts().toSorted()).toEqual(['one', 'three', 'two'])
  expect(ids.map((id) => standing(id).state)).toEqual(['accepted', 'accepted', 'accepted'])
})

test('nothing is asked for twice, nor what is not due', async () => {
  const { provider, meet, say, work, wakeDeliveries, world, begun } = await start()
  const limited = err<ChannelError>({ code: 'channel.rate_limited', detail: { message: 'Slow down.', retryAfter: seconds(60) } })
  provider.says = () => limited
  await say(await meet('ann'), 'later')
  await work(begun)
  const waiting = world.jobs()
  await wakeDeliveries()
  expect(world.jobs()).toEqual(waiting)
  await work(begun + seconds(60) - 1)
  expect(provider.calls).toHaveLength(1)
  await say(await meet('bob'), 'now')
  const jobs = world.jobs()
  await wakeDeliveries()
  expect(world.jobs()).toEqual(jobs)
})

test('what was being sent when the worker died and its job was lost is settled, and does not hold up what comes after it', async () => {
  const { provider, meet, say, work, standing, loseJobs, wakeDeliveries, begun } = await start()
  const ann = await meet('ann')
  provider.says = () => {
    throw new Crash('The process died.')
  }
  const first = await say(ann, 'cut off')
  await work(begun).catch(() => {})
  provider.says = () => undefined
  const second = await say(ann, 'after it')
  loseJobs()
  await work(begun + seconds(89))
  await wakeDeliveries()
  expect(standing(first)).toMatchObject({ state: 'sending' })
  loseJobs()
  await work(begun + seconds(121))
  await wakeDeliveries()
  await work(begun + seconds(121))
  expect(standing(first)).toMatchObject({ state: 'uncertain' })
  expect(standing(second)).toMatchObject({ state: 'accepted' })
})
