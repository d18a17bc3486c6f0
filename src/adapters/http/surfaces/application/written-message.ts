import type { Context } from 'hono'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { messageJson } from '#adapters/http/views/message.ts'
import type { MessageId } from '#domain/shared/ids.ts'

/** The message that a use case has just written. */
export const writtenMessage = async (c: Context<MemberEnv>, id: MessageId) => {
  const { accountId } = c.var.member
  const message = await c.var.scope.queries.message(accountId, id)
  if (!message) throw new Error(`Message ${id} was written and is not there.`)
  return messageJson(message, await linksFor(c.var.scope, accountId, { messages: [message] }))
}
