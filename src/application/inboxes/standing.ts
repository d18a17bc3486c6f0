import type { InboxView } from '#application/ports/queries.ts'
import { maySend, stateAt } from '#domain/inbox/connection.ts'
import type { Instant } from '#domain/shared/instant.ts'

export type Connection = NonNullable<InboxView['connection']>

/** What people read on an inbox whose token has ended. */
export const hasExpired = 'The connection has expired: an administrator has to connect the inbox again.'

/** How a connection stands now. Its row says it a little later, when a job has seen the end of the token and told of it. One that is to be silent is not quiet. */
export const standingAt = (connection: Connection, now: Instant): Connection => {
  const state = stateAt(connection.state, connection.tokenExpiresAt, now)
  const quietSince = maySend(state) ? connection.quietSince : null
  return state === connection.state ? { ...connection, quietSince } : { ...connection, state, quietSince, lastError: hasExpired }
}
