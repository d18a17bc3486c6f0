import { type Context, Hono } from 'hono'
import { problem } from '#adapters/http/errors.ts'
import { toRowId } from '#adapters/http/input.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'
import type { OpenedMedia } from '#application/media/open-media.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { ByteRange } from '#application/ports/media-store.ts'
import { extensionOf, isShowable } from '#domain/media/content-type.ts'

type File = Extract<OpenedMedia, { readonly is: 'file' }>

/** How long a browser may show a file without asking: what was taken back is gone from it soon, s. */
const maxAge = 3600

/** One range of bytes; undefined where the header asks for none that we know, null where the file has none of it. */
export const parseRange = (header: string | undefined, size: number): ByteRange | null | undefined => {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '') ?? []
  if (from === '' && to === '') return undefined
  if (from === '') return Number(to) === 0 || size === 0 ? null : { from: Math.max(0, size - Number(to)), to: size - 1 }
  if (to !== '' && Number(to) < Number(from)) return undefined
  return Number(from) >= size ? null : { from: Number(from), to: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}

const isKnown = (header = '', etag: string): boolean =>
  header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*')

/** Nothing in a file is run, framed or guessed at; what a browser would draw by itself is only shown where it is a picture, sound or film. */
const headersOf = ({ contentType, digest }: File, { kind, id }: MediaRef): Readonly<Record<string, string>> => {
  const extension = extensionOf(contentType)
  const name = `${kind === 'avatars' ? 'picture' : 'attachment'}-${id}${extension === null ? '' : `.${extension}`}`
  return {
    'Content-Type': contentType,
    'Content-Disposition': `${isShowable(contentType) ? 'inline' : 'attachment'}; filename="${name}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Accept-Ranges': 'bytes',
    ETag: `"${digest}"`,
    'Cache-Control': `private, max-age=${maxAge}`,
  }
}

const answer = async (c: Context, file: File, ref: MediaRef): Promise<Response> => {
  const headers = headersOf(file, ref)
  const etag = headers.ETag ?? ''
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, { ...headers })
  const ifRange = c.req.header('if-range')
  const range = ifRange === undefined || ifRange === etag ? parseRange(c.req.header('range'), file.size) : undefined
  if (range === null) return c.body(null, 416, { ...headers, 'Content-Range': `bytes */${file.size}` })
  const length = range ? range.to - range.from + 1 : file.size
  const about = {
    ...headers,
    'Content-Length': String(length),
    ...(range && { 'Content-Range': `bytes ${range.from}-${range.to}/${file.size}` }),
  }
  const status = range ? 206 : 200
  if (c.req.raw.method === 'HEAD') return c.body(null, status, about)
  const stream = await file.read(range)
  return stream ? c.body(stream, status, about) : problem(c, 'media.unknown')
}

const refOf = (c: Context): MediaRef | undefined => {
  const [accountId, id] = [toRowId(c.req.param('account_id')), toRowId(c.req.param('id'))]
  const kind = c.req.param('kind') === 'avatars' ? 'avatars' : 'attachments'
  return accountId === undefined || id === undefined ? undefined : { accountId, kind, id }
}

/** Our files, for whoever has an address that we signed: no token, so that a browser can show them. */
export const createMediaFiles = (options: HttpOptions) =>
  new Hono<ScopeEnv>().get(
    '/media/:account_id/:kind{attachments|avatars}/:id/:signature',
    async (c, next) => {
      await next()
      c.header('X-Content-Type-Options', 'nosniff')
      c.header('Referrer-Policy', 'no-referrer')
    },
    withScope(options),
    async (c) => {
      const { mediaLinks, useCases } = c.var.scope
      const ref = refOf(c)
      if (!ref || !(await mediaLinks.verify(ref, c.req.param('signature')))) return problem(c, 'media.unknown')
      const opened = await useCases.openMedia(ref)
      if (opened.ok && opened.value.is === 'file') return answer(c, opened.value, ref)
      c.header('Cache-Control', 'no-store')
      if (!opened.ok) return problem(c, opened.error.code)
      return opened.value.is === 'elsewhere' ? c.redirect(opened.value.url, 302) : problem(c, 'media.unknown')
    },
  )
