import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { type ErrorCode, problem } from '#adapters/http/errors.ts'
import { toRowId } from '#adapters/http/input.ts'
import type { Scope, ScopeEnv } from '#adapters/http/scope.ts'
import type { Uploads } from '#adapters/http/uploads.ts'
import type { Actor, Role } from '#application/ports/accounts.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'

export type User = Extract<Actor, { readonly kind: 'user' }>

export interface UserEnv {
  Variables: ScopeEnv['Variables'] & { user: User }
}

/** A user inside one of their accounts. */
export interface Member {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly role: Role
}

export interface MemberEnv {
  Variables: UserEnv['Variables'] & { member: Member; uploads?: Uploads }
}

/** From a header only: what stands in a URL ends up in logs and histories. */
export const tokenOf = (c: Context): string | undefined =>
  c.req.header('api_access_token') || /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

const unauthorized = (c: Context, code: ErrorCode): Response => {
  c.header('WWW-Authenticate', 'Bearer')
  return problem(c, code)
}

/** Who holds the request's token, or the answer to a request without a good one. */
const identify = async (c: Context, { useCases }: Scope): Promise<Actor | Response> => {
  c.header('Cache-Control', 'no-store')
  const token = tokenOf(c)
  if (token === undefined) return unauthorized(c, 'token.missing')
  return (await useCases.authenticate(token)) ?? unauthorized(c, 'token.unknown')
}

export const requireUser = createMiddleware<UserEnv>(async (c, next) => {
  const actor = await identify(c, c.var.scope)
  if (actor instanceof Response) return actor
  if (actor.kind !== 'user') return unauthorized(c, 'token.unknown')
  c.set('user', actor)
  await next()
})

export const requirePlatformApp = createMiddleware<ScopeEnv>(async (c, next) => {
  const actor = await identify(c, c.var.scope)
  if (actor instanceof Response) return actor
  if (actor.kind !== 'platform_app') return unauthorized(c, 'token.unknown')
  await next()
})

/** Lets members of the path's account through. To others an account that exists looks like one that does not. */
export const requireMember = createMiddleware<MemberEnv>(async (c, next) => {
  const accountId = toRowId(c.req.param('account_id'))
  const { userId, roles } = c.var.user
  const role = accountId === undefined ? undefined : roles[accountId]
  if (accountId === undefined || role === undefined) return problem(c, 'account.unknown')
  c.set('member', { accountId, userId, role })
  await next()
})

export const requireAdministrator = createMiddleware<MemberEnv>(async (c, next) => {
  if (c.var.member.role !== 'administrator') return problem(c, 'access.denied')
  await next()
})
