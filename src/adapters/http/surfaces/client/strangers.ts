import { createMiddleware } from 'hono/factory'
import { createAllowances } from '#adapters/http/allowances.ts'
import { type Caller, networkOfCaller } from '#adapters/http/caller.ts'
import { problem } from '#adapters/http/errors.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import type { ClientEnv } from '#adapters/http/surfaces/client/visitor.ts'
import { seconds } from '#domain/shared/instant.ts'

/** Lets each address call so often, and bring so much, as is allowed; who has no token has nothing else by which to be counted. */
export const countStrangers = ({ clientCallsPerMinute = 0, clock }: HttpOptions) => {
  const allowances = clientCallsPerMinute > 0 ? createAllowances(clientCallsPerMinute, clock) : undefined
  return createMiddleware<ClientEnv>(async (c, next) => {
    // Absent where no runtime calls.
    const { address }: Partial<Caller> = c.env ?? {}
    const caller = allowances && networkOfCaller(address?.(), c.req.header('x-forwarded-for'))
    c.set('countBytes', (bytes) => void (caller === undefined || allowances?.count(caller, bytes)))
    const wait = caller === undefined ? 0 : (allowances?.admit(caller) ?? 0)
    if (wait === 0) return next()
    c.header('Retry-After', String(Math.ceil(wait / seconds(1))))
    return problem(c, 'request.too_many')
  })
}
