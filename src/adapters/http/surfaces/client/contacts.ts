import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body } from '#adapters/http/input.ts'
import { jsonObject, or, webUrl, words } from '#adapters/http/schemas.ts'
import { requireVisitor, type VisitorEnv } from '#adapters/http/surfaces/client/visitor.ts'
import { contactRecordJson, visitorJson } from '#adapters/http/views/client.ts'

/** Whoever calls has no token: so much is enough to say who one is. */
const little = { maxBytes: 64 * 1024 }

const self = z.object({
  identifier: or(words.max(255), undefined),
  identifier_hash: or(words.max(255), undefined),
  name: or(words.max(255), undefined),
  email: or(words.max(255), undefined),
  phone_number: or(words.max(255), undefined),
  avatar_url: or(webUrl, undefined),
  custom_attributes: or(jsonObject, undefined),
})

const newcomer = self.extend({ source_id: or(words.max(255), undefined) })

const toDescription = (input: z.output<typeof self>) => ({
  identifier: input.identifier,
  identifierHash: input.identifier_hash,
  name: input.name,
  email: input.email,
  phoneNumber: input.phone_number,
  avatarUrl: input.avatar_url,
  customAttributes: input.custom_attributes,
})

export const clientContacts = new Hono<VisitorEnv>()
  .post('/', body(newcomer, little), async (c) => {
    const { inbox, scope } = c.var
    const input = c.req.valid('json')
    const introduced = await scope.useCases.introduceVisitor({ inbox, sourceId: input.source_id, ...toDescription(input) })
    if (!introduced.ok) return problem(c, introduced.error.code)
    const visitor = await scope.queries.visitor(inbox, introduced.value.sourceId)
    return visitor ? c.json(visitorJson(visitor)) : problem(c, 'visitor.unknown')
  })
  .get('/:source_id', requireVisitor, (c) => c.json(visitorJson(c.var.visitor)))
  .patch('/:source_id', requireVisitor, body(self, little), async (c) => {
    const { inbox, visitor, scope } = c.var
    const changed = await scope.useCases.changeVisitor({ inbox, visitor, ...toDescription(c.req.valid('json')) })
    if (!changed.ok) return problem(c, changed.error.code)
    const after = await scope.queries.visitor(inbox, visitor.sourceId)
    return after ? c.json(contactRecordJson(after)) : problem(c, 'visitor.unknown')
  })
