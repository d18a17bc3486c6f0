import type { ChangedAttribute } from '#application/events.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { InboxSettings } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
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
    | 'inbox.webhook_not_possible'
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

const isReversed = (day: WorkingDay): boolean => !day.closedAllDay && !day.openAllDay && closesAt(day) <= opensAt(day)

const withDays = (before: readonly WorkingDay[], named: readonly WorkingDay[]): readonly WorkingDay[] =>
  before.map((day) => named.find(({ dayOfWeek }) => dayOfWeek === day.dayOfWeek) ?? day)

const present = (changes: InboxChanges): Partial<InboxSettings> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))

/** The settings with these changes, where they make sense. */
const changed = (before: InboxSettings, changes: InboxChanges): Result<InboxSettings, InboxSettingsError> => {
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

/** Under the names that the API gives them. Where the account's software listens is nobody's business. */
const differences = (before: InboxSettings, after: InboxSettings): ChangedAttribute[] => {
  const names = (Object.keys(after) as (keyof InboxSettings)[]).filter((name) => name !== 'webhookUrl')
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ [inSnakeCase(name)]: { previous_value: before[name], current_value: after[name] } }))
}

export const createChangeInbox =
  ({ channels, unitOfWork, clock }: Dependencies): ChangeInbox =>
  ({ accountId, inboxId, changes }) =>
    unitOfWork.run(async (tx): Promise<Result<InboxId, ChangeInboxError>> => {
      const before = await tx.inboxes.settings(accountId, inboxId)
      if (!before) return err({ code: 'inbox.unknown' })
      const inbox = await tx.inboxes.find(accountId, inboxId)
      if (changes.webhookUrl !== undefined && !channels.get(inbox?.channel ?? '')?.bridged)
        return err({ code: 'inbox.webhook_not_possible' })
      const after = changed(before, changes)
      if (!after.ok) return after
      await tx.inboxes.saveSettings(accountId, inboxId, after.value)
      const changed_attributes = differences(before, after.value)
      if (changed_attributes.length > 0) {
        const payload = { inbox_id: inboxId, changed_attributes }
        await tx.events.append([{ accountId, name: 'inbox_updated', payload, at: clock.now() }])
      }
      return ok(inboxId)
    })
