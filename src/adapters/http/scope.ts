import { createMiddleware } from 'hono/factory'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { UseCases } from '#application/use-cases.ts'

/** What a request may use. On Workers it holds the request's own database client; on servers it is shared and disposing does nothing. */
export interface Scope extends AsyncDisposable {
  readonly useCases: UseCases
  readonly queries: Queries
  readonly channels: Channels
  readonly mediaLinks: MediaLinks
}

export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>
}

export interface HttpOptions {
  /** Called once per request that needs one. */
  readonly openScope: () => Scope | Promise<Scope>
  /** The public base URL, without a slash at its end. */
  readonly frontendUrl: string
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly readiness: () => Promise<Readiness>
  /** Everything that is kept, as one compressed file. Absent where there is no disk to put it together on. */
  readonly backUp?: () => Promise<ReadableStream<Uint8Array>>
  /** How often one address may call without a token, counted in this app alone. Absent or 0: as often as it likes. */
  readonly clientCallsPerMinute?: number
}

/** What the request log sets. */
export interface RequestEnv {
  Variables: { requestId: string }
}

export interface ScopeEnv {
  Variables: RequestEnv['Variables'] & { scope: Scope }
}

/** Opens a scope for the request and gives it back when the answer is made, whatever the answer is. */
export const withScope = ({ openScope }: Pick<HttpOptions, 'openScope'>) =>
  createMiddleware<ScopeEnv>(async (c, next) => {
    await using scope = await openScope()
    c.set('scope', scope)
    await next()
  })
