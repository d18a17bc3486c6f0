import { Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { flag, jsonObject, or, page, rowNumber, webUrl, words } from '#adapters/http/schemas.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { contextFor } from '#adapters/http/surfaces/application/conversation-context.ts'
import { contactInboxJson, contactJson, enteredJson } from '#adapters/http/views/contact.ts'
import { conversationJson } from '#adapters/http/views/conversation.ts'

/** Contacts a page, as the query port has them. */
const perPage = 15

const search = z.object({ q: words.min(1, 'is missing: give the words to search for'), page })

const newContact = z.object({
  inbox_id: or(rowNumber, undefined),
  source_id: or(words.max(255), undefined),
  name: or(z.string().max(255), ''),
  email: or(words.max(255), null),
  phone_number: or(words.max(255), null),
  identifier: or(words.max(255), null),
  blocked: or(flag, false),
  avatar_url: or(webUrl, null),
  additional_attributes: or(jsonObject, {}),
  custom_attributes: or(jsonObject, {}),
})

const newEntry = z.object({ inbox_id: rowNumber, source_id: or(words.max(255), undefined) })

export const contacts = ({ clock }: HttpOptions) =>
  new Hono<MemberEnv>()
    .get('/', query(z.object({ page })), async (c) => {
      const { queries, channels } = c.var.scope
      const { page } = c.req.valid('query')
      const found = await queries.contacts(c.var.member.accountId, page)
      const link = await linksFor(c.var.scope, c.var.member.accountId, { contacts: found.page })
      return c.json({
        meta: { count: found.count, current_page: page },
        payload: found.page.map((contact) => contactJson(contact, channels, link)),
      })
    })
    .post('/', body(newContact), async (c) => {
      const { useCases, queries, channels } = c.var.scope
      const { accountId } = c.var.member
      const input = c.req.valid('json')
      const created = await useCases.createContact({
        accountId,
        inboxId: input.inbox_id,
        sourceId: input.source_id,
        name: input.name,
        email: input.email,
        phoneNumber: input.phone_number,
        identifier: input.identifier,
        blocked: input.blocked,
        avatarUrl: input.avatar_url,
        additionalAttributes: input.additional_attributes,
        customAttributes: input.custom_attributes,
      })
      if (!created.ok) return problem(c, created.error.code)
      const contact = await queries.contact(accountId, created.value.contactId)
      if (!contact) return problem(c, 'contact.unknown')
      const link = await linksFor(c.var.scope, accountId, { contacts: [contact] })
      return c.json({ payload: enteredJson(contact, channels, link) })
    })
    .get('/search', query(search), async (c) => {
      const { queries, channels } = c.var.scope
      const { q, page } = c.req.valid('query')
      const { count, page: found } = await queries.contacts(c.var.member.accountId, page, q)
      const meta = { count, current_page: page, has_more: page * perPage < count }
      const link = await linksFor(c.var.scope, c.var.member.accountId, { contacts: found })
      return c.json({ meta, payload: found.map((contact) => contactJson(contact, channels, link)) })
    })
    .get('/:id', rowId('id'), async (c) => {
      const { queries, channels } = c.var.scope
      const { accountId } = c.var.member
      const contact = await queries.contact(accountId, c.req.valid('param').rowId)
      if (!contact) return problem(c, 'contact.unknown')
      const link = await linksFor(c.var.scope, accountId, { contacts: [contact] })
      return c.json({ payload: contactJson(contact, channels, link) })
    })
    .post('/:id/contact_inboxes', rowId('id'), body(newEntry), async (c) => {
      const { useCases, queries, channels } = c.var.scope
      const { accountId } = c.var.member
      const contactId = c.req.valid('param').rowId
      const { inbox_id: inboxId, source_id: sourceId } = c.req.valid('json')
      const entered = await useCases.enterInbox({ accountId, contactId, inboxId, sourceId })
      if (!entered.ok) return problem(c, entered.error.code)
      const contact = await queries.contact(accountId, contactId)
      const entry = contact?.contactInboxes.find((each) => each.inboxId === inboxId && each.sourceId === entered.value.sourceId)
      return entry ? c.json(contactInboxJson(entry, channels)) : problem(c, 'contact.unknown')
    })
    .get('/:id/conversations', rowId('id'), async (c) => {
      const { queries } = c.var.scope
      const { accountId } = c.var.member
      const contactId = c.req.valid('param').rowId
      if (!(await queries.contact(accountId, contactId))) return problem(c, 'contact.unknown')
      const found = await queries.contactConversations(accountId, contactId)
      const context = await contextFor(c, found, clock)
      return c.json({ payload: found.map((conversation) => conversationJson(conversation, context)) })
    })
