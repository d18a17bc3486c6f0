import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { or, page, rowNumber } from '#adapters/http/schemas.ts'
import type { ScopeEnv } from '#adapters/http/scope.ts'
import { accountJson } from '#adapters/http/views/account.ts'

const newAccount = z.object({ name: z.string().max(255), locale: or(z.string().max(20), undefined) })

const newMember = z.object({ user_id: rowNumber, role: z.enum(['agent', 'administrator']) })

export const accounts = new Hono<ScopeEnv>()
  .get('/', query(z.object({ page })), async (c) => {
    const found = await c.var.scope.queries.accounts(c.req.valid('query').page)
    return c.json(found.map(accountJson))
  })
  .post('/', body(newAccount), async (c) => {
    const { useCases, queries } = c.var.scope
    const created = await useCases.createAccount(c.req.valid('json'))
    if (!created.ok) return problem(c, created.error.code)
    const account = await queries.account(created.value)
    return account ? c.json(accountJson(account)) : problem(c, 'account.unknown')
  })
  .get('/:id', rowId('id'), async (c) => {
    const account = await c.var.scope.queries.account(c.req.valid('param').rowId)
    return account ? c.json(accountJson(account)) : problem(c, 'account.unknown')
  })
  .get('/:id/account_users', rowId('id'), async (c) => {
    const { queries } = c.var.scope
    const accountId = c.req.valid('param').rowId
    if (!(await queries.account(accountId))) return problem(c, 'account.unknown')
    const members = await queries.accountUsers(accountId)
    return c.json(members.map(({ id, role }) => ({ account_id: accountId, user_id: id, role })))
  })
  .post('/:id/account_users', rowId('id'), body(newMember), async (c) => {
    const accountId = c.req.valid('param').rowId
    const { user_id, role } = c.req.valid('json')
    const added = await c.var.scope.useCases.addAccountUser({ accountId, userId: user_id, role })
    return added.ok ? c.json({ account_id: accountId, user_id, role }) : problem(c, added.error.code)
  })
