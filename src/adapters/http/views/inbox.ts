import { capabilitiesJson } from '#adapters/http/views/capabilities.ts'
import { secondsOrNull } from '#adapters/http/views/time.ts'
import type { RevealedSecrets } from '#application/inboxes/reveal-secrets.ts'
import { standingAt } from '#application/inboxes/standing.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { GapFillView } from '#application/ports/gap-fills.ts'
import type { InboxView } from '#application/ports/queries.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'
import { type InboxTemplates, noTemplates } from '#domain/conversation/templates.ts'
import type { WorkingDay } from '#domain/inbox/working-hours.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export const channelTypeOf = (channels: Channels, kind: string): string => channels.get(kind)?.chatwootType ?? `Channel::${kind}`

/** What Chatwoot has and this inbox does not do. Its clients expect the keys. */
const unused = {
  enable_email_collect: false,
  csat_survey_enabled: false,
  csat_config: {},
  enable_auto_assignment: false,
  auto_assignment_config: {},
  allow_messages_after_resolved: true,
  sender_name_type: 'friendly',
  business_name: null,
}

const dayJson = (day: WorkingDay) => ({
  day_of_week: day.dayOfWeek,
  closed_all_day: day.closedAllDay,
  open_hour: day.openHour,
  open_minutes: day.openMinutes,
  close_hour: day.closeHour,
  close_minutes: day.closeMinutes,
  open_all_day: day.openAllDay,
})

export const templatesJson = (templates: InboxTemplates) => ({
  greeting_enabled: templates.greetingEnabled,
  greeting_message: templates.greetingMessage,
  working_hours_enabled: templates.workingHoursEnabled,
  working_hours: templates.workingHours.map(dayJson),
  timezone: templates.timezone,
  out_of_office_message: templates.outOfOfficeMessage,
})

const gapFillJson = ({ lookedAt, missed, missedAt, error }: GapFillView) => ({
  looked_at: secondsOrNull(lookedAt),
  missed,
  missed_at: secondsOrNull(missedAt),
  ...(error === null ? {} : { error }),
})

export const connectionJson = (connection: NonNullable<InboxView['connection']>) => ({
  state: connection.state,
  token_expires_at: secondsOrNull(connection.tokenExpiresAt),
  last_refreshed_at: secondsOrNull(connection.lastRefreshedAt),
  webhooks_subscribed: connection.webhooksSubscribed,
  connected_at: secondsOrNull(connection.connectedAt),
  last_event_at: secondsOrNull(connection.lastEventAt),
  quiet_since: secondsOrNull(connection.quietSince),
  ...(connection.lastError === null ? {} : { last_error: connection.lastError }),
  gap_fill: gapFillJson(connection.gapFill),
})

const providerJson = (channel: string, connection: NonNullable<InboxView['connection']>) => ({
  /** `instagram_id` and its like. */
  [`${channel}_id`]: connection.channelKey,
  provider_name: connection.providerName,
  reauthorization_required: connection.state === 'reauthorization_required',
  connection: connectionJson(connection),
})

const secretsJson = ({ webhook, hmac }: RevealedSecrets = {}) => ({
  ...(webhook === undefined ? {} : { secret: webhook }),
  ...(hmac === undefined ? {} : { hmac_token: hmac }),
})

const bridgeJson = ({ id, connection, webhookUrl, webhookGoneAt, replyHours, hmacMandatory }: InboxView, { secrets }: InboxFrame) => ({
  webhook_url: webhookUrl,
  /** Nothing is sent there any more, since it said that it is gone. */
  webhook_disabled_at: secondsOrNull(webhookGoneAt),
  inbox_identifier: connection?.channelKey ?? null,
  hmac_mandatory: hmacMandatory,
  additional_attributes: replyHours === null ? {} : { agent_reply_time_window: replyHours },
  ...secretsJson(secrets.get(id)),
})

const otherSideJson = (inbox: InboxView, frame: InboxFrame) => {
  if (frame.channels.get(inbox.channel)?.bridged) return bridgeJson(inbox, frame)
  return inbox.connection === null ? {} : providerJson(inbox.channel, standingAt(inbox.connection, frame.now))
}

/** An inbox where it is only mentioned. One has one channel, so they share a number. */
export const slimInboxJson = ({ id, name, channel }: Pick<InboxView, 'id' | 'name' | 'channel'>, channels: Channels) => ({
  id,
  avatar_url: '',
  channel_id: id,
  name,
  channel_type: channelTypeOf(channels, channel),
  provider: null,
})

/** What an inbox is shown by: `now` tells how it stands with its provider. */
export interface InboxFrame {
  readonly channels: Channels
  readonly frontendUrl: string
  readonly now: Instant
  /** Reply window rules by channel; without an entry there is no window. */
  readonly rules: ReadonlyMap<string, ReplyWindowRules>
  /** By inbox, for those who may see them. */
  readonly secrets: ReadonlyMap<InboxId, RevealedSecrets>
}

const abilities = ({ channel: kind }: InboxView, { channels, rules }: InboxFrame) => {
  const channel = channels.get(kind)
  return channel ? { capabilities: capabilitiesJson(channel, rules.get(kind) ?? {}) } : {}
}

export const inboxJson = (inbox: InboxView, frame: InboxFrame) => ({
  ...slimInboxJson(inbox, frame.channels),
  ...templatesJson(inbox.templates ?? noTemplates),
  ...unused,
  callback_webhook_url: frame.channels.get(inbox.channel)?.webhook ? `${frame.frontendUrl}/webhooks/${inbox.channel}` : null,
  lock_to_single_conversation: inbox.lockToSingleConversation,
  ...abilities(inbox, frame),
  ...otherSideJson(inbox, frame),
})
