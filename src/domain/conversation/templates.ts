import { isOpenAt, localTime, officeDays, type WorkingDay } from '#domain/inbox/working-hours.ts'
import { type Duration, type Instant, minutes } from '#domain/shared/instant.ts'

/** What an inbox answers by itself. */
export interface InboxTemplates {
  readonly greetingEnabled: boolean
  readonly greetingMessage: string | null
  readonly workingHoursEnabled: boolean
  readonly workingHours: readonly WorkingDay[]
  /** A name of the tz database. */
  readonly timezone: string
  readonly outOfOfficeMessage: string | null
}

/** As long as nobody chose anything. */
export const noTemplates: InboxTemplates = {
  greetingEnabled: false,
  greetingMessage: null,
  workingHoursEnabled: false,
  workingHours: officeDays,
  timezone: 'UTC',
  outOfOfficeMessage: null,
}

/** What was said in a conversation until now. */
export interface SaidSoFar {
  /** Anything by the business, notes among colleagues included. */
  readonly hasOutgoing: boolean
  /** The last that the customer saw of it. */
  readonly lastAnswerAt: Instant | null
  readonly lastTemplateAt: Instant | null
}

/** A customer who waited so long does not expect an answer by return, and what is read in as old is answered by nobody. */
const freshFor: Duration = minutes(5)

/** Somebody who wrote so lately is there. */
const presence: Duration = minutes(5)

const textOf = (text: string | null): string | undefined => (text === null || text.trim() === '' ? undefined : text)

/** Does an inbox ever answer by itself? */
export const answersItself = (templates: InboxTemplates): boolean =>
  (templates.greetingEnabled && textOf(templates.greetingMessage) !== undefined) ||
  (templates.workingHoursEnabled && textOf(templates.outOfOfficeMessage) !== undefined)

const isOutOfOffice = ({ timezone, workingHours }: InboxTemplates, said: SaidSoFar, writtenAt: Instant, now: Instant): boolean => {
  if (said.lastAnswerAt !== null && said.lastAnswerAt > now - presence) return false
  if (isOpenAt({ timeZone: timezone, days: workingHours }, writtenAt)) return false
  return said.lastTemplateAt === null || localTime(said.lastTemplateAt, timezone).date !== localTime(now, timezone).date
}

/** What to answer by itself to a customer who wrote at `writtenAt`, in order: that nobody is there, and a greeting, each where it is due. */
export const templatesFor = (templates: InboxTemplates, said: SaidSoFar, writtenAt: Instant, now: Instant): readonly string[] => {
  if (now - writtenAt > freshFor) return []
  const away = textOf(templates.outOfOfficeMessage)
  const greeting = textOf(templates.greetingMessage)
  const isFirst = !said.hasOutgoing && said.lastTemplateAt === null
  return [
    ...(templates.workingHoursEnabled && away !== undefined && isOutOfOffice(templates, said, writtenAt, now) ? [away] : []),
    ...(templates.greetingEnabled && greeting !== undefined && isFirst ? [greeting] : []),
  ]
}
