import * as z from 'zod'
import type { ChannelAccess, ChannelError } from '#application/ports/channel.ts'
import type { OutgoingFile } from '#application/ports/outgoing.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { extensionOf } from '#domain/media/content-type.ts'
import type { SentMediaType } from '#domain/message/limits.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Gives Instagram a file; answers its id there. The customer sees nothing of it, so that it may be done again. Gives up at `until`. */
export type Uploads = (
  access: ChannelAccess,
  type: SentMediaType,
  file: OutgoingFile,
  until: AbortSignal,
) => Promise<Result<string, ChannelError>>

/** Each holds its file in memory. */
const atOnce = 4

const uploadAnswer = z.object({ attachment_id: z.union([z.string().min(1), z.number()]).transform(String) })

const gone: ChannelError = {
  code: 'channel.rejected',
  class: 'media',
  detail: { message: 'The file is not there any more, so that it cannot be sent: attach it again.' },
}

const later = (message: string): ChannelError => ({ code: 'channel.unavailable', detail: { message } })

/** Lets so many in at once, the others in the order in which they came. */
const createTurnstile = (places: number) => {
  const waiting: (() => void)[] = []
  let free = places
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free--
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

const formOf = async (type: SentMediaType, file: OutgoingFile): Promise<FormData | undefined> => {
  const stream = await file.read()
  if (!stream) return undefined
  const bytes = await new Response(stream, { headers: { 'content-type': file.contentType } }).blob()
  const form = new FormData()
  form.set('message', JSON.stringify({ attachment: { type, payload: { is_reusable: true } } }))
  form.set('filedata', bytes, `file.${extensionOf(file.contentType) ?? 'bin'}`)
  return form
}

export const createUploads = (nodeUrl: (path: string) => Promise<string>): Uploads => {
  const turn = createTurnstile(atOnce)
  return ({ channelKey, token }, type, file, until) =>
    turn(async () => {
      if (until.aborted) return err(later('The file did not reach Instagram in time; it is tried again.'))
      const form = await formOf(type, file)
      if (!form) return err(gone)
      const url = await nodeUrl(`${channelKey}/message_attachments`)
      const answer = await graphClient({ method: 'POST', url, multipart: form, token, timeout: seconds(60), until })
      const failure = failureOf(answer, 'reads')
      if (failure) return err(failure)
      const given = uploadAnswer.safeParse(answer.kind === 'answer' ? answer.body : undefined)
      return given.success ? ok(given.data.attachment_id) : err(later('Instagram took the file and did not say under which id.'))
    })
}
