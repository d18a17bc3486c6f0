import { Hono } from 'hono'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { rowId } from '#adapters/http/input.ts'
import { linksFor, type Shown } from '#adapters/http/media-links.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { contextFor } from '#adapters/http/surfaces/application/conversation-context.ts'
import { contactExport } from '#adapters/http/views/contact-export.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { ConversationView } from '#application/ports/queries.ts'

const textStream = (texts: AsyncGenerator<string>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await texts.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      cancel: async () => void (await texts.return(undefined)),
    },
    { highWaterMark: 0 },
  )
}

/** What a person may ask for of what is kept about them: all of it, and that it is deleted. */
export const contactData = ({ clock }: HttpOptions) =>
  new Hono<MemberEnv>()
    .delete('/:id', requireAdministrator, rowId('id'), async (c) => {
      const { accountId } = c.var.member
      const erased = await c.var.scope.useCases.eraseContact({ accountId, contactId: c.req.valid('param').rowId })
      return erased.ok ? c.body(null, 200) : problem(c, erased.error.code)
    })
    .get('/:id/erasure', requireAdministrator, rowId('id'), async (c) => {
      const found = await c.var.scope.queries.contactErasure(c.var.member.accountId, c.req.valid('param').rowId)
      if (!found) return problem(c, 'contact.unknown')
      return c.json({ requested_at: isoOrNull(found.requestedAt), completed_at: isoOrNull(found.completedAt) })
    })
    .get('/:id/export', requireAdministrator, rowId('id'), async (c) => {
      const { queries, channels, useCases } = c.var.scope
      const { accountId } = c.var.member
      const contact = await queries.contact(accountId, c.req.valid('param').rowId)
      if (!contact) return problem(c, 'contact.unknown')
      const source = {
        queries,
        openMedia: useCases.openMedia,
        contextFor: (shown: readonly ConversationView[]) => contextFor(c, shown, clock),
        linksFor: (shown: Shown) => linksFor(c.var.scope, accountId, shown),
      }
      c.header('Content-Type', 'application/json; charset=utf-8')
      c.header('Content-Disposition', `attachment; filename="contact-${contact.id}.json"`)
      return c.body(textStream(contactExport(accountId, contact, channels, clock.now(), source)))
    })
