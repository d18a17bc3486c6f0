import { createMiddleware } from 'hono/factory'
import { createAllowances } from '#adapters/http/allowances.ts'
import { type Caller, networkOfCaller } from '#adapters/http/caller.ts'
import { problem } from '#adapters/http/errors.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import type { ClientEnv } from '#adapters/http/surfaces/client/visitor.ts'
import { addressKind } from '#application/addresses.ts'
import { type Instant, minutes, seconds } from '#domain/shared/instant.ts'

const advice =
  'An address of our own network was refused that named no caller in X-Forwarded-For. If customers come through it, let it name them, or set CLIENT_CALLS_PER_MINUTE to 0 and count where they come in.'

/** Warns, once a minute at most, of whoever may be many: somebody of our own network who does not say whom a call comes from. */
const createWarning = ({ clock, logger }: Pick<HttpOptions, 'clock' | 'logger'>) => {
  let quietUntil: Instant = 0
  return (peer: string | undefined, forwardedFor = ''): void => {
    const now = clock.now()
    if (peer === undefined || forwardedFor.trim() !== '' || addressKind(peer) === 'public' || now < quietUntil) return
    quietUntil = now + minutes(1)
    logger.warn('http.caller_unnamed', { peer, message: advice })
  }
}

/** Lets each address call so often, and bring so much, as is allowed; who has no token has nothing else by which to be counted. */
export const countStrangers = ({ clientCallsPerMinute = 0, clock, logger }: HttpOptions) => {
  const allowances = clientCallsPerMinute > 0 ? createAllowances(clientCallsPerMinute, clock) : undefined
  const warnOf = createWarning({ clock, logger })
  return createMiddleware<ClientEnv>(async (c, next) => {
    // Absent where no runtime calls.
    const { address }: Partial<Caller> = c.env ?? {}
    const [peer, forwardedFor] = allowances ? [address?.(), c.req.header('x-forwarded-for')] : []
    const caller = networkOfCaller(peer, forwardedFor)
    c.set('countBytes', (bytes) => void (caller === undefined || allowances?.count(caller, bytes)))
    const wait = caller === undefined ? 0 : (allowances?.admit(caller) ?? 0)
    if (wait === 0) return next()
    warnOf(peer, forwardedFor)
    c.header('Retry-After', String(Math.ceil(wait / seconds(1))))
    return problem(c, 'request.too_many')
  })
}
