import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, rowId } from '#adapters/http/input.ts'
import type { ScopeEnv } from '#adapters/http/scope.ts'
import { userJson } from '#adapters/http/views/account.ts'

const newUser = z.object({ name: z.string().max(255), email: z.string().max(255) })

export const users = new Hono<ScopeEnv>()
  .post('/', body(newUser), async (c) => {
    const { useCases, queries } = c.var.scope
    const created = await useCases.createUser(c.req.valid('json'))
    if (!created.ok) return problem(c, created.error.code)
    const user = await queries.user(created.value)
    return user ? c.json(userJson(user)) : problem(c, 'user.unknown')
  })
  .get('/:id', rowId('id'), async (c) => {
    const user = await c.var.scope.queries.user(c.req.valid('param').rowId)
    return user ? c.json(userJson(user)) : problem(c, 'user.unknown')
  })
  .post('/:id/token', rowId('id'), async (c) => {
    const { useCases, queries } = c.var.scope
    const userId = c.req.valid('param').rowId
    const issued = await useCases.issueUserToken({ userId })
    if (!issued.ok) return problem(c, issued.error.code)
    const user = await queries.user(userId)
    return user ? c.json({ access_token: issued.value.token, expiry: null, user: userJson(user) }) : problem(c, 'user.unknown')
  })
