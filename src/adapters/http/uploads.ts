import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { problem } from '#adapters/http/errors.ts'
import type { TakeFile } from '#adapters/http/form-body.ts'
import type { ScopeEnv } from '#adapters/http/scope.ts'
import type { Attached } from '#application/messages/attach-uploads.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import { mostAttachments } from '#domain/message/limits.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok } from '#domain/shared/result.ts'

/** The files that came with a request, by the ids under which they are stored. */
export interface Uploads {
  readonly accountId: AccountId
  readonly ids: number[]
  isKept: boolean
}

export interface UploadsEnv {
  Variables: ScopeEnv['Variables'] & { uploads?: Uploads }
}

const control = /\p{Cc}/gu

/** Forgets the files of a request that came to nothing. `accountOf`: whose they are. */
export const withUploads = (accountOf: (c: Context) => AccountId) =>
  createMiddleware<UploadsEnv>(async (c, next) => {
    const uploads: Uploads = { accountId: accountOf(c), ids: [], isKept: false }
    c.set('uploads', uploads)
    await next()
    if (!uploads.isKept && uploads.ids.length > 0) await c.var.scope.useCases.dropUploads(uploads.accountId, uploads.ids)
  })

/** Files as they count in a comparison of requests: by their content and not by where they are stored, or by what they were named by. */
export const described = (files: readonly Attached[]): object =>
  files.length === 0 ? {} : { files: files.map((file) => ('uploadId' in file ? file : { name: file.name, digest: file.digest })) }

/** What came as a file. What is merely written like one has not. */
const taken = new WeakSet<object>()

export const isTaken = (value: unknown): value is UploadedFile => typeof value === 'object' && value !== null && taken.has(value)

export const cleanName = (name: string): string => name.replaceAll(control, '').slice(0, 255)

/** Stores each file of a form as it comes. */
export const takeFile = async (
  c: Context<UploadsEnv>,
  { fileName, contentType, content }: Parameters<TakeFile>[0],
): ReturnType<TakeFile> => {
  const { uploads, scope } = c.var
  if (!uploads) throw new Error('Nobody forgets the files of this request.')
  if (uploads.ids.length >= mostAttachments) return err(problem(c, 'attachment.too_many'))
  const uploaded = await scope.useCases.uploadFile({ accountId: uploads.accountId, name: cleanName(fileName), contentType, content })
  if (!uploaded.ok) return err(problem(c, uploaded.error.code))
  uploads.ids.push(uploaded.value.id)
  taken.add(uploaded.value)
  return ok(uploaded.value)
}
