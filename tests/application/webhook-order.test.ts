import { expect, test } from 'vitest'
import { minutes } from '#domain/shared/instant.ts'
import { deliveryLease, retryWaits } from '#domain/webhook/delivery.ts'
import type { Answer, Posted } from '../fakes/posts.ts'
import { fc } from '../support/properties.ts'
import { bodyOf, startWebhooks } from './webhook-scene.ts'

/** What an address may do with a call; the last one kills the worker. */
const answers = [{ status: 200 }, { status: 200 }, { status: 500 }, { status: 429, retryAfter: minutes(7) }, null, 'death'] as const

const step = fc.oneof(
  fc.record({ do: fc.constant('say' as const), where: fc.nat(2) }),
  fc.record({ do: fc.constant('wait' as const), time: fc.nat(minutes(10)) }),
)

const idOf = ({ headers }: Posted): string => headers['webhook-id'] ?? ''

const conversationOf = (posted: Posted): number => {
  const { event, id, conversation } = bodyOf(posted)
  return event.startsWith('conversation') ? id : conversation.id
}

/** Ids ascend with the events: in a conversation nothing comes after something later, however often it comes. */
const expectOrder = (posted: readonly Posted[]): void => {
  for (const group of Map.groupBy(posted, conversationOf).values()) expect(group.map(idOf)).toEqual(group.map(idOf).toSorted())
}

test('whatever an address does and whoever dies: all is told at least once, in order in each conversation, always in the same words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.infiniteStream(fc.constantFrom(...answers)), async (steps, luck) => {
      let [isDead, isOver] = [false, false]
      const scene = await startWebhooks((): Answer => {
        const answer = isOver ? answers[0] : luck.next().value
        isDead ||= answer === 'death'
        return answer === 'death' ? { status: 200 } : answer
      })
      const { world, posted } = scene
      const worker = scene.over({
        run: async (work) => {
          if (isDead) throw new Error('killed')
          return world.unitOfWork.run(work)
        },
      })
      const work = async (until: number) => {
        for (let tries = 0; tries < 100; tries++) {
          try {
            return await scene.work(until, worker)
          } catch {
            isDead = false
          }
        }
      }
      const places = [await scene.meet(), await scene.meet({ name: 'Bo' }), await scene.meet({ name: 'Cy' })]
      for (const next of steps) {
        if (next.do === 'say') await scene.say(places[next.where] ?? 0, 'Hello.')
        else await work(scene.time.now + next.time)
        await scene.wakeWebhooks()
      }
      isOver = true
      for (const wait of [deliveryLease, ...retryWaits]) {
        scene.time.now += wait
        await scene.wakeWebhooks()
        await work(scene.time.now)
      }
      const deliveries = [...world.state().webhookDeliveries.values()]
      expect(deliveries.filter(({ state, attempts }) => state !== 'delivered' && attempts <= retryWaits.length)).toEqual([])
      expect(new Set(posted.map(idOf))).toEqual(new Set(deliveries.map(({ id }) => id)))
      for (const same of Map.groupBy(posted, idOf).values())
        expect(new Set(same.map(({ body }) => new TextDecoder().decode(body))).size).toBe(1)
      expectOrder(posted)
    }),
    { numRuns: 25 },
  )
})
