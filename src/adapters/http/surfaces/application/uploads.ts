import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { MemberEnv, Uploads } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import type { TakeFile } from '#adapters/http/form-body.ts'
import type { UploadedFile } from '#application/media/upload-file.ts'
import { mostAttachments } from '#domain/message/limits.ts'
import { err, ok } from '#domain/shared/result.ts'

const control = /\p{Cc}/gu

/** Forgets the files of a request that came to nothing. */
export const withUploads = createMiddleware<MemberEnv>(async (c, next) => {
  const uploads: Uploads = { ids: [], isKept: false }
  c.set('uploads', uploads)
  await next()
  if (!uploads.isKept && uploads.ids.length > 0) await c.var.scope.useCases.dropUploads(c.var.member.accountId, uploads.ids)
})

/** Files as they count in a comparison of requests: by their content and not by where they are stored. */
export const described = (files: readonly UploadedFile[]): object =>
  files.length === 0 ? {} : { files: files.map(({ name, digest }) => ({ name, digest })) }

/** Stores each file of a form as it comes. */
export const takeFile = async (
  c: Context<MemberEnv>,
  { fileName, contentType, content }: Parameters<TakeFile>[0],
): ReturnType<TakeFile> => {
  const { uploads = { ids: [], isKept: false }, member, scope } = c.var
  if (uploads.ids.length >= mostAttachments) return err(problem(c, 'attachment.too_many'))
  const name = fileName.replaceAll(control, '').slice(0, 255)
  const uploaded = await scope.useCases.uploadFile({ accountId: member.accountId, name, contentType, content })
  if (!uploaded.ok) return err(problem(c, uploaded.error.code))
  uploads.ids.push(uploaded.value.id)
  return ok(uploaded.value)
}
