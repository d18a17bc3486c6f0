import type { Channels } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'

/** The reply window of a conversation's channel; without a channel there is none. */
export type RulesOf = (conversation: Pick<Conversation, 'channel'>) => ReplyWindowRules

/** Window rules are settings, so they are read before the transaction that uses them. */
export const readReplyRules = async (channels: Channels): Promise<RulesOf> => {
  const rules = new Map(await Promise.all([...channels].map(async ([kind, channel]) => [kind, await channel.replyWindow()] as const)))
  return ({ channel }) => rules.get(channel) ?? {}
}
