import type { Instant } from '#domain/shared/instant.ts'

/** When people answer on one day of the week. */
export interface WorkingDay {
  /** 0 is Sunday. */
  readonly dayOfWeek: number
  readonly closedAllDay: boolean
  /** From midnight to midnight, whatever the times say. */
  readonly openAllDay: boolean
  readonly openHour: number
  readonly openMinutes: number
  /** The first minute in which nobody answers any more. */
  readonly closeHour: number
  readonly closeMinutes: number
}

export interface WorkingHours {
  /** A name of the tz database: `Europe/Berlin`. */
  readonly timeZone: string
  /** A day that is not named is closed. */
  readonly days: readonly WorkingDay[]
}

const office = (dayOfWeek: number): WorkingDay => {
  const closedAllDay = dayOfWeek === 0 || dayOfWeek === 6
  return { dayOfWeek, closedAllDay, openAllDay: false, openHour: 9, openMinutes: 0, closeHour: 17, closeMinutes: 0 }
}

/** Monday to Friday, nine to five. */
export const officeDays: readonly WorkingDay[] = [0, 1, 2, 3, 4, 5, 6].map(office)

/** Making one costs more than all else here. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known) return known
  const date = { year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone, ...date, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  formats.set(timeZone, made)
  return made
}

/** Is it a name of the tz database, as far as this runtime knows? Offsets are none: they know nothing of summer. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

export interface LocalTime {
  /** 0 is Sunday. */
  readonly dayOfWeek: number
  readonly minuteOfDay: number
  /** `2027-03-28` */
  readonly date: string
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** What clocks and calendars show there. */
export const localTime = (at: Instant, timeZone: string): LocalTime => {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  return {
    dayOfWeek: weekdays.indexOf(parts.get('weekday') ?? ''),
    minuteOfDay: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
  }
}

export const opensAt = ({ openHour, openMinutes }: WorkingDay): number => openHour * 60 + openMinutes
export const closesAt = ({ closeHour, closeMinutes }: WorkingDay): number => closeHour * 60 + closeMinutes

/** Does somebody answer at this time? */
export const isOpenAt = ({ timeZone, days }: WorkingHours, at: Instant): boolean => {
  const { dayOfWeek, minuteOfDay } = localTime(at, timeZone)
  const day = days.find((each) => each.dayOfWeek === dayOfWeek)
  if (!day || day.closedAllDay) return false
  return day.openAllDay || (minuteOfDay >= opensAt(day) && minuteOfDay < closesAt(day))
}
