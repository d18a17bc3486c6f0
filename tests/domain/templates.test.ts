import { describe, expect, test } from 'vitest'
import { type InboxTemplates, noTemplates, type SaidSoFar, templatesFor } from '#domain/conversation/templates.ts'
import { hours, minutes } from '#domain/shared/instant.ts'

/** A Monday: closed at six in the morning, open at ten. */
const [six, ten] = [Date.parse('2027-03-29T06:00:00Z'), Date.parse('2027-03-29T10:00:00Z')]

const both: InboxTemplates = {
  ...noTemplates,
  ...{ greetingEnabled: true, greetingMessage: 'Hello!', workingHoursEnabled: true, outOfOfficeMessage: 'We sleep.' },
}
const nothingYet: SaidSoFar = { hasOutgoing: false, lastAnswerAt: null, lastTemplateAt: null }
const at = (now: number, said: Partial<SaidSoFar> = {}, templates: Partial<InboxTemplates> = {}, writtenAt = now - 1000) =>
  templatesFor({ ...both, ...templates }, { ...nothingYet, ...said }, writtenAt, now)

describe('what an inbox answers by itself', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a first message while somebody is there', at(ten), ['Hello!']],
    ['a first message while nobody is there', at(six), ['We sleep.', 'Hello!']],
    ['a first message without texts', at(six, {}, { greetingMessage: null, outOfOfficeMessage: ' ' }), []],
    ['a first message where both are switched off', at(six, {}, { greetingEnabled: false, workingHoursEnabled: false }), []],
    ['a message after an answer', at(ten, { hasOutgoing: true, lastAnswerAt: ten - hours(1) }), []],
    ['a message after a note among colleagues', at(ten, { hasOutgoing: true }), []],
    ['a message after a greeting', at(ten, { lastTemplateAt: ten - hours(1) }), []],
    ['a message at night after an answer of the evening', at(six, { hasOutgoing: true, lastAnswerAt: six - hours(9) }), ['We sleep.']],
    ['a message at night to somebody who is there', at(six, { hasOutgoing: true, lastAnswerAt: six - minutes(4) }), []],
    ['a second message of that night', at(six, { lastTemplateAt: six - minutes(1) }), []],
    ['a message of the next night', at(six, { lastTemplateAt: six - hours(8) }), ['We sleep.']],
    ['what was written six minutes ago', at(six, {}, {}, six - minutes(6)), []],
    [
      'what was written while somebody was there',
      at(Date.parse('2027-03-29T17:00:30Z'), {}, {}, Date.parse('2027-03-29T16:59:30Z')),
      ['Hello!'],
    ],
  ])('%s', (_, texts, expected) => {
    expect(texts).toEqual(expected)
  })

  test('a new day begins where the inbox is', () => {
    const berlin = { timezone: 'Europe/Berlin', workingHours: [] }
    const beforeMidnight = Date.parse('2027-03-29T21:30:00Z')
    expect(at(beforeMidnight + minutes(20), { lastTemplateAt: beforeMidnight }, berlin)).toEqual([])
    expect(at(beforeMidnight + minutes(40), { lastTemplateAt: beforeMidnight }, berlin)).toEqual(['We sleep.'])
  })
})
