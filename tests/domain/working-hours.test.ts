import { describe, expect, test } from 'vitest'
import { isOpenAt, isTimeZone, localTime, officeDays, type WorkingDay } from '#domain/inbox/working-hours.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const zones = Intl.supportedValuesOf('timeZone')

const dayOf = (dayOfWeek: number, changes: Partial<WorkingDay> = {}): WorkingDay => ({
  ...{ dayOfWeek, closedAllDay: false, openAllDay: false, openHour: 9, openMinutes: 0, closeHour: 17, closeMinutes: 0 },
  ...changes,
})

const week = (changes: Partial<WorkingDay>): WorkingDay[] => [0, 1, 2, 3, 4, 5, 6].map((dayOfWeek) => dayOf(dayOfWeek, changes))

/** What a clock there shows, as another part of the platform tells it. */
const wallClock = (at: number, timeZone: string) => {
  const [, date = '', hour, minute] = /^(\S+) (\d\d):(\d\d)/.exec(new Date(at).toLocaleString('sv-SE', { timeZone })) ?? []
  return { date, dayOfWeek: new Date(`${date}T00:00:00Z`).getUTCDay(), minuteOfDay: Number(hour) * 60 + Number(minute) }
}

const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2050, 0, 1) })
const anyZone = fc.constantFrom(...zones)

describe('clocks of the world', () => {
  test('show what they show, in every zone and at every time', () => {
    fc.assert(
      fc.property(anyZone, instants, (timeZone, at) => {
        expect(localTime(at, timeZone)).toEqual(wallClock(at, timeZone))
      }),
      { numRuns: 2000 },
    )
  })

  test('a week that is open all day is open in every minute of days on which clocks change', () => {
    const always = week({ openAllDay: true, openHour: 12, closeHour: 12 })
    for (const timeZone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Africa/Casablanca']) {
      for (const from of [Date.UTC(2018, 10, 3), Date.UTC(2027, 2, 27), Date.UTC(2027, 9, 30), Date.UTC(2027, 3, 3)]) {
        for (let at = from; at < from + days(2); at += minutes(1)) expect(isOpenAt({ timeZone, days: always }, at)).toBe(true)
      }
    }
  })

  test('whatever the zone and the time of the year, an office is open as long as its hours say, by its own clock', () => {
    const span = fc.record({ from: fc.integer({ min: 0, max: 1438 }), length: fc.integer({ min: 1, max: 1439 }) })
    fc.assert(
      fc.property(anyZone, instants, span, (timeZone, at, { from, length }) => {
        const to = Math.min(1439, from + length)
        const times = { openHour: Math.floor(from / 60), openMinutes: from % 60, closeHour: Math.floor(to / 60), closeMinutes: to % 60 }
        const { minuteOfDay } = wallClock(at, timeZone)
        expect(isOpenAt({ timeZone, days: week(times) }, at)).toBe(minuteOfDay >= from && minuteOfDay < to)
        expect(isOpenAt({ timeZone, days: week({ ...times, closedAllDay: true, openAllDay: true }) }, at)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('across a change of the clocks each hour of an office is 60 minutes long, since clocks change at night', () => {
    fc.assert(
      fc.property(anyZone, fc.integer({ min: 0, max: 364 }), (timeZone, n) => {
        const hours24 = { timeZone, days: week({ openHour: 9, closeHour: 17 }) }
        const noon = Date.UTC(2027, 0, 1, 12) + days(n)
        const { date } = localTime(noon, timeZone)
        let open = 0
        for (let at = noon - hours(36); at < noon + hours(36); at += minutes(15))
          if (localTime(at, timeZone).date === date && isOpenAt(hours24, at)) open++
        expect(open).toBe(8 * 4)
      }),
      { numRuns: 100 },
    )
  })
})

describe('office hours', () => {
  test.each([
    ['Friday in winter, nine', 'Europe/Berlin', '2027-03-26T08:00:00Z', true],
    ['Friday in winter, a minute before', 'Europe/Berlin', '2027-03-26T07:59:59Z', false],
    ['Monday in summer, nine', 'Europe/Berlin', '2027-03-29T07:00:00Z', true],
    ['Monday in summer, a minute before', 'Europe/Berlin', '2027-03-29T06:59:59Z', false],
    ['the last minute', 'Europe/Berlin', '2027-03-29T14:59:59Z', true],
    ['five', 'Europe/Berlin', '2027-03-29T15:00:00Z', false],
    ['Saturday', 'Europe/Berlin', '2027-03-27T10:00:00Z', false],
    ['Monday there while it is Sunday here', 'Pacific/Auckland', '2027-03-28T21:30:00Z', true],
    ['a zone with quarters of hours', 'Asia/Kathmandu', '2027-03-29T03:15:00Z', true],
    ['a minute before that', 'Asia/Kathmandu', '2027-03-29T03:14:00Z', false],
  ])('%s', (_, timeZone, at, isOpen) => {
    expect(isOpenAt({ timeZone, days: officeDays }, Date.parse(at))).toBe(isOpen)
  })

  test('a day that is open all day is so in its last minute too', () => {
    const open = { timeZone: 'UTC', days: [dayOf(1, { openAllDay: true, openHour: 0, closeHour: 23, closeMinutes: 59 })] }
    expect(isOpenAt(open, Date.parse('2027-03-29T23:59:59.999Z'))).toBe(true)
    expect(isOpenAt(open, Date.parse('2027-03-29T00:00:00Z'))).toBe(true)
    expect(isOpenAt(open, Date.parse('2027-03-30T00:00:00Z')), 'a day that is not named').toBe(false)
  })
})

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['+02:00', false],
  ['Mars/Olympus', false],
  ['', false],
])('%j is a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is)
})
