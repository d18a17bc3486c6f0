import { describe, expect, test } from 'vitest'
import { advance, liftedInBulkTo, type MessageStatus } from '#domain/message/status.ts'
import { fc } from '../support/properties.ts'

const order: readonly MessageStatus[] = ['sent', 'failed', 'delivered', 'read']
const status = fc.constantFrom(...order)

describe('message status', () => {
  test.each<[MessageStatus, MessageStatus, MessageStatus]>([
    ['sent', 'read', 'read'],
    ['read', 'delivered', 'read'],
    ['failed', 'delivered', 'delivered'],
    ['delivered', 'failed', 'delivered'],
    ['sent', 'failed', 'failed'],
    ['failed', 'sent', 'failed'],
  ])('%s then %s is %s', (from, to, result) => expect(advance(from, to)).toBe(result))

  test('whatever the order of receipts, the highest one stands', () => {
    fc.assert(
      fc.property(fc.array(status), (receipts) => {
        const highest = receipts.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'sent')
        expect(receipts.reduce(advance, 'sent')).toBe(highest)
      }),
    )
  })

  test('a bulk receipt never touches a failed message', () => {
    expect(liftedInBulkTo('read')).toEqual(['sent', 'delivered'])
    expect(liftedInBulkTo('delivered')).toEqual(['sent'])
    expect(liftedInBulkTo('sent')).toEqual([])
  })
})
