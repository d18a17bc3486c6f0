import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, query, toRowId } from '#adapters/http/input.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { or, rowNumber } from '#adapters/http/schemas.ts'
import { refuseAttachments, uploads } from '#adapters/http/surfaces/application/message-input.ts'
import { refuse } from '#adapters/http/surfaces/application/message-refusals.ts'
import { requireConversation, requireVisitor, type TalkEnv, type VisitorEnv } from '#adapters/http/surfaces/client/visitor.ts'
import { takeFile, withUploads } from '#adapters/http/uploads.ts'
import { clientMessageJson } from '#adapters/http/views/client.ts'
import type { MessageId } from '#domain/shared/ids.ts'

const range = z.object({ before: or(rowNumber, undefined), after: or(rowNumber, undefined) })

const written = z.object({
  content: or(z.string(), ''),
  attachments: uploads,
  /** The app's own name for the message, given back as it is. */
  echo_id: or(z.union([z.string().max(255), z.number()], { error: 'must be a text or a number' }), undefined),
})

const item = z.object({ value: z.string().max(1000) })

const one = z.array(item).length(1, 'may hold one item')

/** Chatwoot's clients send the item itself, or a list of it. */
const choice = z.object({ submitted_values: z.union([item, one.transform(([first]) => first ?? { value: '' })]) })

const messageNow = async ({ visitor, scope }: VisitorEnv['Variables'], id: MessageId) => {
  const message = await scope.queries.message(visitor.accountId, id)
  if (!message) throw new Error(`Message ${id} was written and is not there.`)
  return clientMessageJson(message, visitor, await linksFor(scope, visitor.accountId, { messages: [message] }))
}

async function* counted(content: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    count(chunk.length)
    yield chunk
  }
}

const takeCounted = (c: Context, part: Parameters<typeof takeFile>[1]): ReturnType<typeof takeFile> =>
  takeFile(c, { ...part, content: counted(part.content, c.var.countBytes) })

export const clientMessages = new Hono<TalkEnv>()
  .use(requireVisitor, requireConversation)
  .get('/', query(range), async (c) => {
    const { visitor, displayId, scope } = c.var
    const { before, after } = c.req.valid('query')
    const wanted = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
    const found = await scope.queries.visitorMessages(visitor, displayId, wanted)
    const link = await linksFor(scope, visitor.accountId, { messages: found })
    return c.json(found.map((message) => clientMessageJson(message, visitor, link)))
  })
  .post(
    '/',
    withUploads((c: Context<TalkEnv>) => c.var.visitor.accountId),
    body(written, { refuse: refuseAttachments, takeFile: takeCounted }),
    async (c) => {
      const { visitor, displayId, uploads, scope } = c.var
      const { content, attachments: files, echo_id } = c.req.valid('json')
      const received = await scope.useCases.receiveMessage({
        accountId: visitor.accountId,
        displayId,
        content,
        contentAttributes: {},
        ...(files.length > 0 && { files }),
      })
      if (!received.ok) return refuse(c, received.error)
      if (uploads) uploads.isKept = true
      return c.json({ ...(await messageNow(c.var, received.value.messageId)), ...(echo_id === undefined ? {} : { echo_id }) })
    },
  )
  .patch('/:message_id', body(choice, { maxBytes: 64 * 1024 }), async (c) => {
    const { visitor, displayId, scope } = c.var
    const messageId = toRowId(c.req.param('message_id'))
    if (messageId === undefined) return problem(c, 'resource.unknown')
    const { value } = c.req.valid('json').submitted_values
    const chosen = await scope.useCases.chooseItem({ accountId: visitor.accountId, displayId, messageId, value })
    return chosen.ok ? c.json(await messageNow(c.var, chosen.value)) : problem(c, chosen.error.code)
  })
