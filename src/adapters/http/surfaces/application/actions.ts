import { Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body } from '#adapters/http/input.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { rowNumber } from '#adapters/http/schemas.ts'
import { contactJson, inBothForms } from '#adapters/http/views/contact.ts'

const pair = z.object({ base_contact_id: rowNumber, mergee_contact_id: rowNumber })

/** What is done to several things at once, under Chatwoot's addresses. */
export const actions = new Hono<MemberEnv>().post('/contact_merge', body(pair), async (c) => {
  const { useCases, queries, channels } = c.var.scope
  const { accountId } = c.var.member
  const { base_contact_id: baseId, mergee_contact_id: mergeeId } = c.req.valid('json')
  const merged = await useCases.mergeContacts({ accountId, baseId, mergeeId })
  if (!merged.ok) return problem(c, merged.error.code)
  const contact = await queries.contact(accountId, baseId)
  if (!contact) return problem(c, 'contact.unknown')
  const link = await linksFor(c.var.scope, accountId, { contacts: [contact] })
  return c.json(inBothForms(contactJson(contact, channels, link)))
})
