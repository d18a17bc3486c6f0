import { describe, expect, test } from 'vitest'
import { afterIncoming, afterOutgoing, currentConversation, newConversation } from '#domain/conversation/conversation.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import { days, hours } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const statuses = (...list: ('open' | 'resolved' | 'pending' | 'snoozed')[]) => list.map((status, n) => ({ status, n }))

describe('the conversation of the next message', () => {
  test.each([
    [statuses('resolved', 'open'), false, 1],
    [statuses('resolved', 'open'), true, 0],
    [statuses('snoozed', 'open'), false, 0],
    [statuses('pending'), false, 0],
    [statuses('resolved'), false, undefined],
    [statuses('resolved'), true, 0],
    [statuses(), true, undefined],
  ])('%j, locked %s: %s', (list, locked, n) => expect(currentConversation(list, locked)?.n).toBe(n))
})

describe('what messages do to a conversation', () => {
  const fresh = newConversation(100, false)

  test('a customer who writes reopens it, a blocked one does not', () => {
    expect(afterIncoming({ ...fresh, status: 'resolved' }, 200, false).status).toBe('open')
    expect(afterIncoming({ ...fresh, status: 'snoozed' }, 200, false).status).toBe('open')
    expect(afterIncoming({ ...fresh, status: 'pending' }, 200, false).status).toBe('pending')
    expect(afterIncoming(newConversation(100, true), 200, true).status).toBe('resolved')
  })

  test('the wait starts with the first unanswered message and ends with a human answer', () => {
    const asked = afterIncoming(afterIncoming(fresh, 200, false), 300, false)
    expect(asked.waitingSince).toBe(200)
    expect(afterOutgoing(asked, 400, false).waitingSince).toBe(200)
    const answered = afterOutgoing(asked, 400, true)
    expect(answered).toMatchObject({ waitingSince: null, firstReplyAt: 400, lastReplyAt: 400, lastActivityAt: 400 })
  })

  test('a message that arrives after a later answer starts no wait', () =>
    expect(afterIncoming(afterOutgoing(fresh, 400, true), 300, false).waitingSince).toBeNull())

  test('last times never go back, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1 }), (times) => {
        const moved = times.reduce((c, at) => afterIncoming(c, at, false), newConversation(times[0] ?? 1, false))
        expect(moved.lastIncomingAt).toBe(Math.max(...times))
        expect(moved.lastActivityAt).toBe(Math.max(...times))
        expect(moved.waitingSince).toBe(Math.min(...times))
      }),
    )
  })
})

describe('the reply window', () => {
  const rules = { standard: hours(24), humanAgent: days(7) }
  const at = 1_000_000

  test.each([
    [rules, at + hours(24) - 1, 'open', at + hours(24)],
    [rules, at + hours(24), 'human_agent', at + days(7)],
    [rules, at + days(7), 'closed', at + days(7)],
    [{ standard: hours(24) }, at + hours(24), 'closed', at + hours(24)],
    [{}, at + days(400), 'none', null],
  ])('%j at %d is %s', (given, now, state, closesAt) => expect(replyWindow(given, at, now)).toEqual({ state, closesAt }))

  test('the customer has to write first', () => expect(replyWindow(rules, null, at)).toEqual({ state: 'closed', closesAt: null }))

  test('after a day only a human may answer', () => {
    const late = replyWindow(rules, at, at + hours(30))
    expect([mayReply(late, true), mayReply(late, false)]).toEqual([true, false])
    expect(mayReply(replyWindow(rules, at, at + days(8)), true)).toBe(false)
    expect(mayReply(replyWindow(rules, at, at), false)).toBe(true)
  })
})
