import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withStatus } from '#application/messages/with-status.ts'
import type { DeliveryError, Message } from '#application/ports/messages.ts'
import { liftedInBulkTo, type MessageStatus } from '#domain/message/status.ts'

const upwards: readonly MessageStatus[] = ['sent', 'failed', 'delivered', 'read']

const error: DeliveryError = { code: 'c', class: 'c', message: 'm', providerCode: null, providerSubcode: null, retryable: true }

const fresh: Message = {
  ...{ id: 1, accountId: 1, inboxId: 1, conversationId: 1, type: 'outgoing', content: 'Hi.', private: false, status: 'sent' },
  ...{ author: 'user', contentAttributes: {}, error: null, createdAt: 0 },
}

type Report = { readonly about: number; readonly status: MessageStatus } | { readonly readUpTo: number }

/** As the writers do it: reports of one message, and receipts for it and everything before it. */
const apply = (messages: readonly Message[], report: Report): readonly Message[] =>
  messages.map((message, n) => {
    if ('about' in report) return n === report.about ? withStatus(message, report.status, error) : message
    return n <= report.readUpTo && liftedInBulkTo('read').includes(message.status) ? withStatus(message, 'read', null) : message
  })

/** What it should come to, told in another way: how far each message got, as a number. */
const model = (heights: readonly number[], report: Report): readonly number[] =>
  heights.map((height, n) => {
    if ('about' in report) return n === report.about ? Math.max(height, upwards.indexOf(report.status)) : height
    return n <= report.readUpTo && height !== 1 ? 3 : height
  })

const count = 3
const anyOf = fc.nat({ max: count - 1 })
const report: fc.Arbitrary<Report> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ about: anyOf, status: fc.constantFrom(...upwards) }) },
  { weight: 1, arbitrary: fc.record({ readUpTo: anyOf }) },
)

test('50,000 sequences of reports: no status goes down, and only what changed is a change', () => {
  fc.assert(
    fc.property(fc.array(report, { maxLength: 12 }), (reports) => {
      let messages: readonly Message[] = Array<Message>(count).fill(fresh)
      let heights: readonly number[] = Array<number>(count).fill(0)
      for (const each of reports) {
        const [after, expected] = [apply(messages, each), model(heights, each)]
        for (const [n, message] of after.entries()) {
          const [before, height] = [messages[n]!, expected[n]!]
          if (upwards.indexOf(message.status) !== height || height < heights[n]!) return false
          if ((message !== before) !== (height !== heights[n]!)) return false
          if ((message.error !== null) !== (message.status === 'failed')) return false
        }
        messages = after
        heights = expected
      }
      return true
    }),
    { numRuns: 50_000 },
  )
})

test('a report changes the status and its reason, and nothing else', () => {
  expect(withStatus(fresh, 'failed', error)).toEqual({ ...fresh, status: 'failed', error })
  expect(withStatus({ ...fresh, status: 'failed', error }, 'read', null)).toEqual({ ...fresh, status: 'read' })
})
