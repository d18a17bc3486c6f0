import * as z from 'zod'
import { flag, or, rowNumber, webUrl } from '#adapters/http/schemas.ts'
import type { InboxChanges } from '#application/inboxes/change-inbox.ts'

/** Left out: it stays. Null, nothing, and the word null, as forms send it: there is none. */
const erasable = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' || value === 'null' ? null : value), schema.nullable().optional())

const wholeHours = rowNumber.refine((hours) => hours <= 87_600, 'may be at most 87600')

/** What Chatwoot keeps there: how many hours after the customer wrote people may answer. */
const bridgeAttributes = z.object({ agent_reply_time_window: erasable(wholeHours) })

const text = erasable(z.string().max(10_000))

const choice = or(flag, undefined)

const number = (most: number) =>
  or(
    z.coerce
      .number()
      .int()
      .min(0)
      .max(most)
      .catch(() => Number.NaN)
      .refine((value) => !Number.isNaN(value), `must be a whole number from 0 to ${most}`),
    0,
  )

const workingDay = z.object({
  day_of_week: z.coerce.number().int('must be a whole number from 0 to 6').min(0, 'must be at least 0').max(6, 'may be at most 6'),
  closed_all_day: or(flag, false),
  open_all_day: or(flag, false),
  open_hour: number(23),
  open_minutes: number(59),
  close_hour: number(23),
  close_minutes: number(59),
})

/** What an inbox answers by itself. */
const templates = z.object({
  greeting_enabled: choice,
  greeting_message: text,
  working_hours_enabled: choice,
  working_hours: or(z.array(workingDay).max(7, 'may have at most 7 days'), undefined),
  timezone: or(z.string().max(64), undefined),
  out_of_office_message: text,
})

export const newInbox = templates.extend({
  name: z.string().max(255),
  lock_to_single_conversation: or(flag, false),
  channel: z.object({ type: z.string(), webhook_url: or(webUrl, undefined), additional_attributes: or(bridgeAttributes, undefined) }),
})

export const changedInbox = templates.extend({
  name: or(z.string().max(255), undefined),
  lock_to_single_conversation: choice,
  channel: or(
    z.object({ webhook_url: erasable(webUrl), hmac_mandatory: choice, additional_attributes: or(bridgeAttributes, undefined) }),
    undefined,
  ),
})

/** What is asked for, in our words. */
export const toTemplates = (input: z.output<typeof templates>): InboxChanges => ({
  greetingEnabled: input.greeting_enabled,
  greetingMessage: input.greeting_message,
  workingHoursEnabled: input.working_hours_enabled,
  workingHours: input.working_hours?.map((day) => ({
    dayOfWeek: day.day_of_week,
    closedAllDay: day.closed_all_day,
    openAllDay: day.open_all_day,
    openHour: day.open_hour,
    openMinutes: day.open_minutes,
    closeHour: day.close_hour,
    closeMinutes: day.close_minutes,
  })),
  timezone: input.timezone,
  outOfOfficeMessage: input.out_of_office_message,
})

export const toChanges = (input: z.output<typeof changedInbox>): InboxChanges => ({
  ...toTemplates(input),
  name: input.name,
  lockToSingleConversation: input.lock_to_single_conversation,
  webhookUrl: input.channel?.webhook_url,
  replyHours: input.channel?.additional_attributes?.agent_reply_time_window,
  hmacMandatory: input.channel?.hmac_mandatory,
})
