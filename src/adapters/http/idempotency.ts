import type { Context } from 'hono'
import { validator } from 'hono/validator'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import type { WrittenMessage } from '#application/messages/write-once.ts'
import type { KeyedRequest } from '#application/ports/request-keys.ts'

const printable = /^[\x20-\x7e]{1,255}$/

/** The header by which a client says that it may repeat a request: the route finds it as valid `header`. */
export const idempotencyKey = validator('header', (_headers, c): { readonly idempotencyKey: string | undefined } | Response => {
  const key = c.req.header('idempotency-key')
  return key === undefined || printable.test(key) ? { idempotencyKey: key } : problem(c, 'idempotency_key.invalid')
})

const digestOf = async (value: unknown): Promise<string> => {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The request under its key, for a use case that does it once. `input` is what it asks for, read and checked. */
export const keyedRequest = async (c: Context<MemberEnv>, key: string | undefined, input: object): Promise<KeyedRequest | undefined> => {
  if (key === undefined) return undefined
  const { accountId, userId } = c.var.member
  return { accountId, userId, address: `${c.req.method} ${c.req.path}`, key, digest: await digestOf(input) }
}

/** The first answer, kept where the request has a key; or that answer again, as it was, where the request is a repetition. */
export const answerOnce = async (
  c: Context<MemberEnv>,
  request: KeyedRequest | undefined,
  { repeated }: WrittenMessage,
  makeAnswer: () => Promise<object>,
): Promise<Response> => {
  if (repeated) c.header('Idempotent-Replayed', 'true')
  const answer = repeated?.answer ?? JSON.stringify(await makeAnswer())
  if (request && !repeated) await c.var.scope.useCases.keepAnswer(request, answer)
  return c.body(answer, 200, { 'Content-Type': 'application/json' })
}
