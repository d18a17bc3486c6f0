import { describe, expect, test } from 'vitest'
import {
  claimLease,
  type DeliveryState,
  deliveryOf,
  isGivenUp,
  nextDelivery,
  nextLook,
  type PartState,
  statusOf,
  uncertainLimit,
  uncertainPatience,
} from '#domain/message/delivery.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'

const part = (state: PartState, rest: { claimedAt?: number; dueAt?: number | null } = {}) => ({
  state,
  claimedAt: null,
  dueAt: null,
  ...rest,
})
const now = 1_000_000_000

describe('the delivery of a message', () => {
  test.each<[PartState[], DeliveryState]>([
    [['queued'], 'queued'],
    [['accepted', 'queued'], 'sending'],
    [['accepted', 'sending'], 'sending'],
    [['accepted', 'accepted'], 'accepted'],
    [['accepted', 'refused', 'queued'], 'refused'],
    [['accepted', 'uncertain'], 'uncertain'],
    [['held', 'queued'], 'held'],
    [['received'], 'received'],
    [[], 'received'],
  ])('%j is %s', (parts, delivery) => expect(deliveryOf(parts)).toBe(delivery))

  test('only a refusal fails a message by itself', () => {
    expect(statusOf('refused')).toBe('failed')
    for (const state of ['queued', 'sending', 'held', 'uncertain', 'accepted'] as const) expect(statusOf(state)).toBe('sent')
  })
})

describe('what to do next in a conversation', () => {
  test('claims the first part', () => {
    const parts = [part('queued'), part('queued')]
    expect(nextDelivery(parts, now)).toEqual({ do: 'claim', part: parts[0] })
  })

  test('nothing overtakes a part that waits for its next try', () =>
    expect(nextDelivery([part('queued', { dueAt: now + 5 }), part('queued')], now)).toEqual({ do: 'wait', until: now + 5 }))

  test('leaves a part to the worker that holds it', () =>
    expect(nextDelivery([part('sending', { claimedAt: now - 1 }), part('queued')], now)).toEqual({
      do: 'wait',
      until: now - 1 + claimLease,
    }))

  test('doubts a part whose worker is gone', () => {
    const lost = part('sending', { claimedAt: now - claimLease })
    expect(nextDelivery([lost, part('queued')], now)).toEqual({ do: 'doubt', part: lost })
  })

  describe('with an uncertain part', () => {
    const uncertain = part('uncertain', { claimedAt: now, dueAt: now + uncertainPatience })
    const looked = { ...uncertain, dueAt: nextLook(now, now + uncertainPatience) }
    const next = part('queued')

    test('waits a while, looks for it, then goes on with the next', () => {
      expect(nextDelivery([uncertain, next], now + 1)).toEqual({ do: 'wait', until: now + uncertainPatience })
      expect(nextDelivery([uncertain, next], now + uncertainPatience)).toEqual({ do: 'look', part: uncertain })
      expect(nextDelivery([looked, next], now + uncertainPatience)).toEqual({ do: 'claim', part: next })
    })

    test('looks earlier where a look is due earlier', () => {
      const early = { ...uncertain, dueAt: now + 5 }
      expect(nextDelivery([early, next], now)).toEqual({ do: 'wait', until: now + 5 })
      expect(nextDelivery([early, next], now + 5)).toEqual({ do: 'look', part: early })
    })

    test('comes back to look again, and rests once it was given up', () => {
      expect(nextDelivery([looked], now + uncertainPatience)).toEqual({ do: 'wait', until: looked.dueAt })
      expect(nextDelivery([{ ...uncertain, dueAt: null }], now + uncertainLimit)).toEqual({ do: 'rest' })
    })

    test('looks at set times, the last one when it may be given up, and never in the past', () => {
      const times: number[] = []
      for (let at = now; times.length < 4; ) {
        at = nextLook(now, at)
        times.push(at - now)
      }
      expect(times).toEqual([seconds(30), minutes(2), minutes(5), minutes(10)])
      expect([isGivenUp(now, now + minutes(10) - 1), isGivenUp(now, now + minutes(10))]).toEqual([false, true])
      expect(nextLook(now, now + minutes(60))).toBe(now + minutes(60) + uncertainPatience)
    })
  })

  test('looks at a held part when its time has come', () => {
    const held = part('held', { dueAt: now + 5 })
    expect(nextDelivery([held, part('queued')], now)).toEqual({ do: 'wait', until: now + 5 })
    expect(nextDelivery([held, part('queued')], now + 5)).toEqual({ do: 'claim', part: held })
  })

  test('rests while a part is held without a time, and when there is nothing', () => {
    expect(nextDelivery([part('held'), part('queued')], now)).toEqual({ do: 'rest' })
    expect(nextDelivery([], now)).toEqual({ do: 'rest' })
  })
})
