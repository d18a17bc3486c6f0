import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, rowId } from '#adapters/http/input.ts'
import { or } from '#adapters/http/schemas.ts'
import { cleanName, isTaken, takeFile, withUploads } from '#adapters/http/uploads.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import { mediaKey } from '#domain/media/media-key.ts'

const file = z.custom<UploadedFile>(isTaken, 'is no file')

const uploadedByItself = z
  .object({ attachment: or(z.array(file).max(1, 'may be one file'), []), external_url: or(z.string().max(20_000), undefined) })
  .refine(({ attachment, external_url }) => attachment.length > 0 || external_url !== undefined, {
    path: ['attachment'],
    message: 'is missing: send a file, or its external_url',
  })

/** The body of ActiveStorage's clients. */
const announced = z.object({
  blob: z.object({
    filename: z.string().min(1),
    content_type: or(z.string().max(255), ''),
    byte_size: z.int().min(0, 'must be a number of bytes'),
    checksum: z.string().regex(/^[A-Za-z0-9+/]{21}[AQgw]==$/, 'must be an MD5 in base64'),
  }),
})

const store = async (c: Context<MemberEnv>, { attachment: [file], external_url }: z.output<typeof uploadedByItself>) => {
  const { useCases } = c.var.scope
  const { accountId } = c.var.member
  return file ? useCases.keepUpload(accountId, file) : useCases.fetchUpload(accountId, external_url ?? '')
}

const accountOf = (c: Context<MemberEnv>) => c.var.member.accountId

/** Files that come before their messages, in the two ways in which Chatwoot's clients bring them. */
export const uploads = new Hono<MemberEnv>()
  .post('/upload', withUploads(accountOf), body(uploadedByItself, { takeFile, filesOf: 'attachment' }), async (c) => {
    const { accountId } = c.var.member
    const stored = await store(c, c.req.valid('json'))
    if (!stored.ok) return problem(c, stored.error.code)
    const { id, uploadId } = stored.value
    if (c.var.uploads) c.var.uploads.isKept = true
    return c.json({
      file_url: await c.var.scope.mediaLinks.sign({ accountId, kind: 'attachments', id }),
      blob_key: mediaKey(accountId, 'attachments', id),
      blob_id: uploadId,
    })
  })
  .post('/conversations/:display_id/direct_uploads', rowId('display_id'), body(announced, { maxBytes: 64 * 1024 }), async (c) => {
    const { accountId } = c.var.member
    const { filename, content_type, byte_size: size, checksum: md5 } = c.req.valid('json').blob
    const [name, contentType] = [cleanName(filename), cleanName(content_type) || 'application/octet-stream']
    const upload = await c.var.scope.useCases.announceUpload({
      accountId,
      displayId: c.req.valid('param').rowId,
      file: { name, contentType, size, md5 },
    })
    if (!upload.ok) return problem(c, upload.error.code)
    const { id, uploadId, address, announcedAt } = upload.value
    return c.json({
      id,
      key: mediaKey(accountId, 'attachments', id),
      filename: name,
      content_type: contentType,
      metadata: {},
      byte_size: size,
      checksum: md5,
      created_at: isoOrNull(announcedAt),
      signed_id: uploadId,
      direct_upload: { url: address, headers: { 'Content-Type': contentType } },
    })
  })
