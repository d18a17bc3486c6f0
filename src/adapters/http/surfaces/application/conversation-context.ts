import type { ConversationContext } from '#adapters/http/views/conversation.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ConversationView } from '#application/ports/queries.ts'

/** What is needed to show these conversations. Window rules are settings, so they are read, once per channel. */
export const contextFor = async (shown: readonly ConversationView[], channels: Channels, clock: Clock): Promise<ConversationContext> => {
  const kinds = [...new Set(shown.map(({ channel }) => channel))]
  const rules = await Promise.all(kinds.map(async (kind) => [kind, (await channels.get(kind)?.replyWindow()) ?? {}] as const))
  return { channels, rules: new Map(rules), now: clock.now() }
}
