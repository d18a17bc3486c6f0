import type { ChangedAttribute } from '#application/events.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { InboxSettings } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import { closesAt, isTimeZone, opensAt, type WorkingDay } from '#domain/inbox/working-hours.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** What is to be chosen anew; days that are not named stay as they are. */
export type InboxChanges = { readonly [Name in keyof InboxSettings]?: InboxSettings[Name] | undefined }

export type InboxSettingsError = {
  readonly code:
    | 'inbox.name_missing'
    | 'inbox.time_zone_unknown'
    | 'inbox.working_hours_reversed'
    | 'inbox.working_hours_twice'
    | 'inbox.not_a_bridge'
}

export type ChangeInboxError = InboxSettingsError | { readonly code: 'inbox.unknown' }

/** Changes what an account chose for an inbox, and tells of what is different then. */
export type ChangeInbox = (command: {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly changes: InboxChanges
}) => Promise<Result<InboxId, ChangeInboxError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/** What only software of the account's own needs to be chosen. */
const isForBridges = ({ webhookUrl, replyHours, hmacMandatory }: InboxChanges): boolean =>
  [webhookUrl, replyHours, hmacMandatory].some((chosen) => chosen !== undefined)

const isReversed = (day: WorkingDay): boolean => !day.closedAllDay && !day.openAllDay && closesAt(day) <= opensAt(day)

const withDays = (before: readonly WorkingDay[], named: readonly WorkingDay[]): readonly WorkingDay[] =>
  before.map((day) => named.find(({ dayOfWeek }) => dayOfWeek === day.dayOfWeek) ?? day)

const present = (changes: InboxChanges): Partial<InboxSettings> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))

/** The settings with these changes, where they make sense. */
export const changed = (before: InboxSettings, changes: InboxChanges): Result<InboxSettings, InboxSettingsError> => {
  const days = changes.workingHours ?? []
  const workingHours = withDays(before.workingHours, days)
  const after = { ...before, ...present(changes), workingHours }
  const name = after.name.trim()
  if (name === '') return err({ code: 'inbox.name_missing' })
  if (!isTimeZone(after.timezone)) return err({ code: 'inbox.time_zone_unknown' })
  if (new Set(days.map(({ dayOfWeek }) => dayOfWeek)).size < days.length) return err({ code: 'inbox.working_hours_twice' })
  return days.some(isReversed) ? err({ code: 'inbox.working_hours_reversed' }) : ok({ ...after, name })
}

const inSnakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** As the API tells them. Where the account's software listens is nobody's business. */
const asTold = (settings: InboxSettings): Readonly<Record<string, unknown>> => {
  const { webhookUrl: _, replyHours, workingHours, ...rest } = settings
  const inApi = (values: object) => Object.fromEntries(Object.entries(values).map(([name, value]) => [inSnakeCase(name), value]))
  return { ...inApi(rest), working_hours: workingHours.map(inApi), agent_reply_time_window: replyHours }
}

const differences = (before: InboxSettings, after: InboxSettings): ChangedAttribute[] => {
  const [was, is] = [asTold(before), asTold(after)]
  return Object.keys(is)
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) => ({ [name]: { previous_value: was[name], current_value: is[name] } }))
}

export const createChangeInbox =
  ({ channels, unitOfWork, clock }: Dependencies): ChangeInbox =>
  ({ accountId, inboxId, changes }) =>
    unitOfWork.run(async (tx): Promise<Result<InboxId, ChangeInboxError>> => {
      const before = await tx.inboxes.settings(accountId, inboxId)
      if (!before) return err({ code: 'inbox.unknown' })
      const inbox = await tx.inboxes.find(accountId, inboxId)
      if (isForBridges(changes) && !channels.get(inbox?.channel ?? '')?.bridged) return err({ code: 'inbox.not_a_bridge' })
      const after = changed(before, changes)
      if (!after.ok) return after
      await tx.inboxes.saveSettings(accountId, inboxId, after.value)
      if (changes.webhookUrl !== undefined) {
        await tx.webhooks.welcome({ accountId, inboxId }, clock.now())
        await tx.jobs.enqueue([webhookJob({ accountId, inboxId })])
      }
      const changed_attributes = differences(before, after.value)
      if (changed_attributes.length > 0) {
        const payload = { inbox_id: inboxId, changed_attributes }
        await tx.events.append([{ accountId, name: 'inbox_updated', payload, at: clock.now() }])
      }
      return ok(inboxId)
    })
