import type { Channels } from '#application/ports/channel.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'

/** The reply window of an inbox's channel; without a channel there is none. */
export type RulesOf = (inbox: ConnectedInbox | undefined) => ReplyWindowRules

/** Window rules are settings, so they are read before the transaction that uses them. */
export const readReplyRules = async (channels: Channels): Promise<RulesOf> => {
  const rules = new Map(await Promise.all([...channels].map(async ([kind, channel]) => [kind, await channel.replyWindow()] as const)))
  return (inbox) => rules.get(inbox?.channel ?? '') ?? {}
}
