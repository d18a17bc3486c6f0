import { expect, test } from 'vitest'
import { minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { Crash, startDelivery } from './delivery-scene.ts'
import { happening, received } from './support.ts'

/** Of two parts with the same words the first may not have left; the second one's echo and receipt come before its answer. */
const start = async () => {
  let calls = 0
  const scene = await startDelivery(
    async ({ text }) => {
      calls += 1
      if (calls === 1) throw new Crash('The process died.')
      const { receive, time } = scene
      await receive(happening({ kind: 'message-echoed', payload: received('mid-second', text) }, time.now, 'ann'))
      await receive(happening({ kind: 'message-read', payload: { externalId: 'mid-second' } }, time.now, 'ann'))
      return ok({ externalId: 'mid-second' })
    },
    { limits: { textBytes: 5 } },
  )
  const partsOf = (messageId: number) =>
    [...scene.world.state().parts.values()]
      .filter((part) => part.messageId === messageId)
      .map(({ state, externalId }) => [state, externalId])
  return { ...scene, partsOf, begun: scene.time.now }
}

test('an answer takes the echo back from a message with the same words, and what it had proven with it', async () => {
  const { meet, say, work, partsOf, standing, begun } = await start()
  const ann = await meet('ann')
  const [first, second] = [await say(ann, 'yes'), await say(ann, 'yes')]
  await work(begun + minutes(2))
  expect(partsOf(second)).toEqual([['accepted', 'mid-second']])
  expect(standing(second)).toMatchObject({ status: 'read' })
  expect(standing(first)).toMatchObject({ state: 'uncertain', status: 'sent' })
  await work(begun + minutes(20))
  expect(standing(first)).toMatchObject({ state: 'uncertain', status: 'failed', error: { code: 'message.uncertain' } })
})

test('an answer takes the echo back from a part of the same message', async () => {
  const { meet, say, work, partsOf, begun } = await start()
  const id = await say(await meet('ann'), 'yes yes')
  await work(begun + minutes(2))
  expect(partsOf(id)).toEqual([
    ['uncertain', null],
    ['accepted', 'mid-second'],
  ])
})
