import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body } from '#adapters/http/input.ts'
import { type Page, sendPage } from '#adapters/http/page.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { DeletionView } from '#application/ports/data-deletions.ts'

const notice = z.object({ signed_request: z.string().max(8192) })

const day = (at: number): string => isoOrNull(at)?.slice(0, 10) ?? ''

const progress = ({ requestedAt, completedAt }: DeletionView): Page =>
  completedAt === null
    ? {
        title: 'Your data is being deleted',
        paragraphs: [`The request came on ${day(requestedAt)}. Come back to this page in an hour to see that it is done.`],
      }
    : {
        title: 'Your data is deleted',
        paragraphs: [`The request came on ${day(requestedAt)} and was carried out on ${day(completedAt)}.`],
      }

const unknownCode: Page = {
  title: 'There is no such request',
  paragraphs: ['Compare the confirmation code at the end of this address with the one that you were given.'],
}

/** What providers tell us of an account's owner, signed, and the page on which the owner sees what came of it. */
export const createProviderNotices = (options: HttpOptions) =>
  new Hono<ScopeEnv>()
    .post('/:channel/deauthorize', withScope(options), body(notice), async (c) => {
      const { signed_request: signed } = c.req.valid('json')
      const cut = await c.var.scope.useCases.deauthorizeAccount({ channel: c.req.param('channel'), signed })
      return cut.ok ? c.json({ success: true }) : problem(c, cut.error.code)
    })
    .post('/:channel/data_deletion', withScope(options), body(notice), async (c) => {
      const channel = c.req.param('channel')
      const { signed_request: signed } = c.req.valid('json')
      const requested = await c.var.scope.useCases.requestDataDeletion({ channel, signed })
      if (!requested.ok) return problem(c, requested.error.code)
      return c.json({ url: `${options.frontendUrl}/${channel}/data_deletion/${requested.value}`, confirmation_code: requested.value })
    })
    .get('/:channel/data_deletion/:code', withScope(options), async (c) => {
      const found = await c.var.scope.queries.dataDeletion(c.req.param('channel'), c.req.param('code'))
      return found ? sendPage(c, progress(found)) : sendPage(c, unknownCode, 404)
    })
