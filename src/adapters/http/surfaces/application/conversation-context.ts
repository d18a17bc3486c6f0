import type { Context } from 'hono'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import type { ConversationContext } from '#adapters/http/views/conversation.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ConversationView } from '#application/ports/queries.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'

/** Window rules are settings, so they are read. */
export const windowRules = async (channels: Channels, kinds: readonly string[]): Promise<ReadonlyMap<string, ReplyWindowRules>> =>
  new Map(await Promise.all(kinds.map(async (kind) => [kind, (await channels.get(kind)?.replyWindow()) ?? {}] as const)))

/** What is needed to show these conversations. */
export const contextFor = async (
  c: Context<MemberEnv>,
  conversations: readonly ConversationView[],
  clock: Clock,
): Promise<ConversationContext> => {
  const { channels } = c.var.scope
  const kinds = [...new Set(conversations.map(({ channel }) => channel))]
  const link = await linksFor(c.var.scope, c.var.member.accountId, { conversations })
  return { channels, rules: await windowRules(channels, kinds), now: clock.now(), link }
}
