import type { Context } from 'hono'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { type ConversationContext, windowRules } from '#adapters/http/views/conversation.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ConversationView } from '#application/ports/queries.ts'

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
