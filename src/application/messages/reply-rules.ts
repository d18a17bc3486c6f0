import type { Channels } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import { inInbox, type ReplyWindowRules } from '#domain/conversation/reply-window.ts'

/** The reply window of a conversation, by its inbox and channel; without a channel there is none. */
export type RulesOf = (conversation: Pick<Conversation, 'channel' | 'replyHours'>) => ReplyWindowRules

/** Window rules are settings, so they are read before the transaction that uses them. */
export const readReplyRules = async (channels: Channels): Promise<RulesOf> => {
  const rules = new Map(await Promise.all([...channels].map(async ([kind, channel]) => [kind, await channel.replyWindow()] as const)))
  return ({ channel, replyHours }) => inInbox(rules.get(channel) ?? {}, replyHours)
}
