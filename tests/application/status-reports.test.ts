import { describe, expect, test } from 'vitest'
import { withStatus } from '#application/messages/with-status.ts'
import type { DeliveryError, Message } from '#application/ports/messages.ts'
import { liftedInBulkTo, type MessageStatus } from '#domain/message/status.ts'
import { err } from '#domain/shared/result.ts'
import { fc } from '../support/properties.ts'
import { done, startBridge } from './bridge-support.ts'

const upwards: readonly MessageStatus[] = ['sent', 'failed', 'delivered', 'read']

const error: DeliveryError = {
  code: 'c',
  class: 'c',
  message: 'm',
  providerCode: null,
  providerSubcode: null,
  providerTraceId: null,
  retryable: true,
}

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

describe('the status of a message', () => {
  const withMessage = async () => {
    const all = await startBridge()
    const { meet, sendMessage, conversationOf, accountId, author, reportStatus } = all
    const displayId = await meet()
    const say = { accountId, displayId, author, content: 'Hi.', private: false, contentAttributes: {} }
    const { messageId } = done(await sendMessage(say))
    const report = async (status: MessageStatus, externalError?: string) =>
      done(await reportStatus({ accountId, displayId, messageId, status, externalError })).changed
    const message = async () => (await conversationOf(displayId)).messages[0]!
    return { ...all, displayId, messageId, say, report, message }
  }

  test('is what the bridge reports, upwards; what is no news changes nothing', async () => {
    const { report, message } = await withMessage()
    expect(await report('sent')).toBe(false)
    expect(await report('failed', 'The number is not in use.')).toBe(true)
    expect(await message()).toMatchObject({ status: 'failed', error: { message: 'The number is not in use.', class: 'reported' } })
    expect([await report('failed', 'Another reason.'), await report('sent')]).toEqual([false, false])
    expect((await message()).error?.message).toBe('The number is not in use.')
    expect(await report('read')).toBe(true)
    expect(await message()).toMatchObject({ status: 'read', error: null })
    expect([await report('delivered'), await report('failed', 'Late.'), await report('read')]).toEqual([false, false, false])
    expect(await message()).toMatchObject({ status: 'read', error: null })
  })

  test('failed starts over where a person says so, without a second sending by us', async () => {
    const { report, message, retryMessage, accountId, displayId, messageId, world } = await withMessage()
    await report('failed', 'No.')
    expect(await retryMessage({ accountId, displayId, messageId })).toEqual({ ok: true, value: messageId })
    expect(await message()).toMatchObject({ status: 'sent', error: null, parts: [{ state: 'accepted' }] })
    expect([...world.state().parts.values()].map(({ state }) => state)).toEqual(['accepted'])
  })

  test('of what never was to leave does not make it leave', async () => {
    const { receiveMessage, sendMessage, say, reportStatus, retryMessage, accountId, displayId } = await withMessage()
    for (const written of [await receiveMessage(say), await sendMessage({ ...say, private: true })]) {
      const { messageId } = done(written)
      await reportStatus({ accountId, displayId, messageId, status: 'failed', externalError: undefined })
      expect(await retryMessage({ accountId, displayId, messageId })).toEqual(err({ code: 'message.not_failed' }))
    }
  })

  test('is told by nobody else, and of nothing else', async () => {
    const { reportStatus, accountId, displayId, messageId, atProvider, meet } = await withMessage()
    const report = (changes: object) =>
      reportStatus({ accountId, displayId, messageId, status: 'read', externalError: undefined, ...changes })
    expect(await report({ displayId: await atProvider() })).toEqual(err({ code: 'message.status_not_reportable' }))
    expect(await report({ displayId: await meet() })).toEqual(err({ code: 'message.unknown' }))
    expect(await report({ displayId: 987 })).toEqual(err({ code: 'conversation.unknown' }))
    expect(await report({ messageId: 987 })).toEqual(err({ code: 'message.unknown' }))
    expect(await report({ accountId: 987 })).toEqual(err({ code: 'conversation.unknown' }))
  })
})
