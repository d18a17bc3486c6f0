import type { Context } from 'hono'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { windowRules } from '#adapters/http/views/conversation.ts'
import { type InboxFrame, inboxJson } from '#adapters/http/views/inbox.ts'
import type { InboxView } from '#application/ports/queries.ts'
import type { InboxId } from '#domain/shared/ids.ts'

type Options = Pick<HttpOptions, 'frontendUrl' | 'clock'>

/** Secrets are for administrators. */
const secretsFor = async (c: Context<MemberEnv>, inboxes: readonly InboxView[]): Promise<InboxFrame['secrets']> => {
  const { scope, member } = c.var
  const bridges = inboxes.filter(({ channel }) => scope.channels.get(channel)?.bridged)
  if (member.role !== 'administrator' || bridges.length === 0) return new Map()
  return scope.useCases.revealSecrets(bridges.map(({ id, accountId }) => ({ inboxId: id, accountId })))
}

/** Inboxes as whoever asks may see them. */
export const shownInboxes = async (c: Context<MemberEnv>, inboxes: readonly InboxView[], { frontendUrl, clock }: Options) => {
  const { channels } = c.var.scope
  const rules = await windowRules(channels, [...channels.keys()])
  const frame = { channels, frontendUrl, now: clock.now(), rules, secrets: await secretsFor(c, inboxes) }
  return inboxes.map((inbox) => inboxJson(inbox, frame))
}

/** The answer that shows an inbox as it is now. */
export const answerInbox = async (c: Context<MemberEnv>, id: InboxId, options: Options): Promise<Response> => {
  const inbox = await c.var.scope.queries.inbox(c.var.member.accountId, id)
  if (!inbox) return problem(c, 'inbox.unknown')
  const [shown] = await shownInboxes(c, [inbox], options)
  return c.json(shown)
}
