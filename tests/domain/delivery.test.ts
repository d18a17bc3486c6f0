import { describe, expect, test } from 'vitest'
import {
  claimLease,
  type DeliveryState,
  deliveryOf,
  nextDelivery,
  type PartState,
  statusOf,
  uncertainLimit,
  uncertainPatience,
} from '#domain/message/delivery.ts'

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

  test('waits a while for an uncertain part, then goes on with the next', () => {
    const uncertain = part('uncertain', { claimedAt: now, dueAt: now + uncertainLimit })
    const next = part('queued')
    expect(nextDelivery([uncertain, next], now + 1)).toEqual({ do: 'wait', until: now + uncertainPatience })
    expect(nextDelivery([uncertain, next], now + uncertainPatience)).toEqual({ do: 'claim', part: next })
  })

  test('comes back to give an uncertain part up, once', () => {
    const uncertain = part('uncertain', { claimedAt: now, dueAt: now + uncertainLimit })
    expect(nextDelivery([uncertain], now + uncertainPatience)).toEqual({ do: 'wait', until: now + uncertainLimit })
    expect(nextDelivery([uncertain], now + uncertainLimit)).toEqual({ do: 'give-up', part: uncertain })
    expect(nextDelivery([{ ...uncertain, dueAt: null }], now + uncertainLimit)).toEqual({ do: 'rest' })
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
