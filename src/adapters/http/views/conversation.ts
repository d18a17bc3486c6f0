import type { LinkTo } from '#adapters/http/media-links.ts'
import { agentJson } from '#adapters/http/views/account.ts'
import { contactCoreJson } from '#adapters/http/views/contact.ts'
import { channelTypeOf } from '#adapters/http/views/inbox.ts'
import { messageJson } from '#adapters/http/views/message.ts'
import { seconds, secondsOrNull, secondsOrZero } from '#adapters/http/views/time.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { ConversationView, MessageView } from '#application/ports/queries.ts'
import { inInbox, mayReply, type ReplyWindowRules, replyWindow } from '#domain/conversation/reply-window.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What a conversation's JSON depends on beside the conversation. */
export interface ConversationContext {
  readonly channels: Channels
  /** Reply window rules by channel; without an entry there is no window. */
  readonly rules: ReadonlyMap<string, ReplyWindowRules>
  readonly now: Instant
  readonly link: LinkTo
}

/** Window rules are settings, so they are read. */
export const windowRules = async (channels: Channels, kinds: readonly string[]): Promise<ReadonlyMap<string, ReplyWindowRules>> =>
  new Map(await Promise.all(kinds.map(async (kind) => [kind, (await channels.get(kind)?.replyWindow()) ?? {}] as const)))

const windowJson = (conversation: ConversationView, { rules, now }: ConversationContext) => {
  const chosen = inInbox(rules.get(conversation.channel) ?? {}, conversation.replyHours)
  const window = replyWindow(chosen, conversation.lastIncomingAt, now)
  return {
    can_reply: mayReply(window, true),
    reply_window: { state: window.state, closes_at: secondsOrNull(window.closesAt) },
  }
}

/** A message inside its conversation's JSON. */
const embeddedMessage = (
  message: MessageView,
  { assignee, unreadCount, lastActivityAt, contactInbox }: ConversationView,
  link: LinkTo,
) => ({
  ...messageJson(message, link),
  conversation: {
    assignee_id: assignee?.id ?? null,
    unread_count: unreadCount,
    last_activity_at: seconds(lastActivityAt),
    contact_inbox: { source_id: contactInbox.sourceId },
  },
})

const clocksJson = (conversation: ConversationView) => ({
  created_at: seconds(conversation.createdAt),
  updated_at: conversation.lastActivityAt / 1000,
  timestamp: seconds(conversation.lastActivityAt),
  last_activity_at: seconds(conversation.lastActivityAt),
  agent_last_seen_at: secondsOrZero(conversation.agentLastSeenAt),
  assignee_last_seen_at: secondsOrZero(conversation.assigneeLastSeenAt),
  contact_last_seen_at: secondsOrZero(conversation.contactLastSeenAt),
  first_reply_created_at: secondsOrZero(conversation.firstReplyAt),
  waiting_since: secondsOrZero(conversation.waitingSince),
  snoozed_until: secondsOrNull(conversation.snoozedUntil),
})

const metaJson = ({ contact, contactInbox, channel, assignee }: ConversationView, { channels, link }: ConversationContext) => ({
  sender: contactCoreJson(contact, link),
  channel: channelTypeOf(channels, channel),
  ...(assignee === null ? {} : { assignee: agentJson(assignee), assignee_type: 'User' }),
  hmac_verified: contactInbox.isProven,
})

export const conversationJson = (conversation: ConversationView, context: ConversationContext) => {
  const last = conversation.lastMessage && embeddedMessage(conversation.lastMessage, conversation, context.link)
  return {
    id: conversation.displayId,
    uuid: conversation.uuid,
    account_id: conversation.accountId,
    inbox_id: conversation.inboxId,
    meta: metaJson(conversation, context),
    messages: last ? [last] : [],
    last_non_activity_message: conversation.lastMessage?.type === 'activity' ? null : last,
    status: conversation.status,
    priority: conversation.priority,
    labels: [],
    muted: conversation.contact.blocked,
    unread_count: conversation.unreadCount,
    contact_inbox: { id: conversation.contactInbox.id, source_id: conversation.contactInbox.sourceId },
    ...windowJson(conversation, context),
    ...clocksJson(conversation),
    additional_attributes: conversation.additionalAttributes,
    custom_attributes: conversation.customAttributes,
    sla_policy_id: null,
  }
}
