import { expect, test } from 'vitest'
import { nextSilenceLook, type Rhythm, silenceOf } from '#domain/inbox/silence.ts'
import { days, hours, minutes, seconds } from '#domain/shared/instant.ts'

const now = Date.UTC(2026, 6, 14, 12)
const ago = (span: number): number => now - span

test.each<[string, Rhythm, ReturnType<typeof silenceOf>]>([
  ['nothing happened yet', { lastEventAt: null, conversations: 0, lastSentAt: null }, null],
  ['hardly anybody writes here', { lastEventAt: ago(days(300)), conversations: 4, lastSentAt: null }, null],
  ['five a month, and nobody for 56 days', { lastEventAt: ago(days(56)), conversations: 5, lastSentAt: null }, null],
  [
    'five a month, and nobody for longer',
    { lastEventAt: ago(days(57)), conversations: 5, lastSentAt: null },
    { since: ago(days(57)), because: 'no_events' },
  ],
  ['one a day, and nobody for 10 days', { lastEventAt: ago(days(10)), conversations: 28, lastSentAt: null }, null],
  [
    'one a day, and nobody for 11 days',
    { lastEventAt: ago(days(11)), conversations: 28, lastSentAt: null },
    { since: ago(days(11)), because: 'no_events' },
  ],
  ['very busy, and nobody for 24 hours', { lastEventAt: ago(hours(24)), conversations: 90_000, lastSentAt: null }, null],
  [
    'very busy, and nobody for longer',
    { lastEventAt: ago(hours(25)), conversations: 90_000, lastSentAt: null },
    { since: ago(hours(25)), because: 'no_events' },
  ],
  ['an answer that came back', { lastEventAt: ago(hours(2)), conversations: 0, lastSentAt: ago(hours(2)) }, null],
  [
    'an answer that came back by a slow clock',
    { lastEventAt: ago(hours(2)), conversations: 0, lastSentAt: ago(hours(2)) + seconds(60) },
    null,
  ],
  ['an answer whose echo may still come', { lastEventAt: ago(days(1)), conversations: 0, lastSentAt: ago(minutes(14)) }, null],
  [
    'an answer that did not come back',
    { lastEventAt: ago(days(1)), conversations: 0, lastSentAt: ago(minutes(15)) },
    { since: ago(minutes(15)), because: 'no_echo' },
  ],
  [
    'an answer that is the only sign of life',
    { lastEventAt: null, conversations: 0, lastSentAt: ago(hours(1)) },
    { since: ago(hours(1)), because: 'no_echo' },
  ],
])('%s', (_, rhythm, silence) => expect(silenceOf(rhythm, now)).toEqual(silence))

test.each<[string, Pick<Rhythm, 'lastEventAt' | 'conversations'>, number]>([
  ['has no rhythm', { lastEventAt: ago(days(2)), conversations: 4 }, days(1)],
  ['never heard anything', { lastEventAt: null, conversations: 0 }, days(1)],
  ['has long to go', { lastEventAt: ago(days(2)), conversations: 28 }, days(1)],
  ['may be quiet soon', { lastEventAt: ago(days(9.5)), conversations: 28 }, days(0.5) + 1],
])('one that %s is looked at again in time, within a day', (_, rhythm, wait) => {
  expect(nextSilenceLook({ ...rhythm, lastSentAt: null }, now) - now).toBe(wait)
})
