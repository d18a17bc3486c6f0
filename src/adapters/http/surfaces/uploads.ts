import { Hono } from 'hono'
import { chunksOf, Enough, mostDrained, Unreadable } from '#adapters/http/body-chunks.ts'
import { type ErrorCode, problem } from '#adapters/http/errors.ts'
import { toRowId } from '#adapters/http/input.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'

/** The chunks, left open where nobody reads on. */
const leftOpen = (chunks: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }),
})

type Take = (content: AsyncIterable<Uint8Array>) => Promise<ErrorCode | undefined>

/** What is said of a body. Of one that was awaited the rest is read too, so that its sender hears it. */
const takeBody = async (body: ReadableStream<Uint8Array> | null, take: Take): Promise<ErrorCode | undefined> => {
  const chunks = chunksOf(body ?? new Blob([]).stream(), (read) => read > mostDrained)
  try {
    const refusal = await take(leftOpen(chunks))
    if (refusal !== 'upload.unknown') for await (const _ of chunks);
    return refusal
  } catch (error) {
    if (error instanceof Unreadable) return 'request.unreadable'
    if (error instanceof Enough) return 'upload.too_large'
    throw error
  }
}

/** Where files are brought that were announced: the address is all that one needs. */
export const createUploadBringing = (options: HttpOptions) =>
  new Hono<ScopeEnv>().put('/uploads/:account_id/:id/:signature', withScope(options), async (c) => {
    const [accountId, id] = [toRowId(c.req.param('account_id')), toRowId(c.req.param('id'))]
    if (accountId === undefined || id === undefined) return problem(c, 'upload.unknown')
    const signature = c.req.param('signature')
    const refusal = await takeBody(c.req.raw.body, async (content) => {
      const taken = await c.var.scope.useCases.takeInUpload({ accountId, id, signature, content })
      return taken.ok ? undefined : taken.error.code
    })
    return refusal === undefined ? c.body(null, 204) : problem(c, refusal)
  })
