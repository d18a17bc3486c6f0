import * as z from 'zod'
import type { ChannelAccess, ChannelError } from '#application/ports/channel.ts'
import type { OutgoingFile, OutgoingPart, SentPart } from '#application/ports/outgoing.ts'
import { templateOf, textBody } from '#channels/instagram/templates.ts'
import type { Uploads } from '#channels/instagram/uploads.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

const sendAnswer = z.object({ message_id: z.string().min(1) })

const unclear: ChannelError = {
  code: 'channel.uncertain',
  detail: { message: 'Instagram answered without saying what became of the message.' },
}

/** Instagram gets a file from its address while we wait: a film may take it 75 seconds. */
const fetchingTime = seconds(75)

type Media = Extract<OutgoingPart, { readonly kind: 'media' }>
type Source = { readonly url: string } | { readonly attachment_id: string }

/** One file travels as `attachment`, several images as `attachments`. */
const mediaBody = (type: Media['type'], sources: readonly Source[]) => {
  const attachments = sources.map((payload) => ({ type, payload }))
  return attachments.length === 1 ? { attachment: attachments[0] } : { attachments }
}

/** Where Instagram has each file: at our address, or with it already. */
const sourcesOf = async (access: ChannelAccess, { type, files }: Media, upload: Uploads): Promise<Result<Source[], ChannelError>> => {
  const sources: Source[] = []
  const until = AbortSignal.timeout(seconds(60))
  for (const file of files) {
    const source = file.url === null ? await uploaded(access, type, file, upload, until) : ok({ url: file.url })
    if (!source.ok) return source
    sources.push(source.value)
  }
  return ok(sources)
}

const uploaded = async (access: ChannelAccess, type: Media['type'], file: OutgoingFile, upload: Uploads, until: AbortSignal) => {
  const id = await upload(access, type, file, until)
  return id.ok ? ok({ attachment_id: id.value }) : id
}

const messageOf = async (access: ChannelAccess, part: OutgoingPart, upload: Uploads): Promise<Result<object, ChannelError>> => {
  if (part.kind === 'text') return ok(textBody(part))
  if (part.kind === 'cards') return ok({ attachment: { type: 'template', payload: templateOf(part.cards) } })
  // The only sign that Instagram sends as such.
  if (part.kind === 'sticker') return ok({ attachment: { type: 'like_heart' } })
  const sources = await sourcesOf(access, part, upload)
  return sources.ok ? ok(mediaBody(part.type, sources.value)) : sources
}

const hasAddress = (part: OutgoingPart): boolean => part.kind === 'media' && part.files.some(({ url }) => url !== null)

/** One message of the business to a person (developers.facebook.com, Instagram send API). */
export const createSend =
  (nodeUrl: (path: string) => Promise<string>, upload: Uploads) =>
  async (access: ChannelAccess, part: OutgoingPart): Promise<Result<SentPart, ChannelError>> => {
    const message = await messageOf(access, part, upload)
    if (!message.ok) return message
    const json = {
      ...(part.asHumanAgent ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } : {}),
      recipient: part.commentId === undefined ? { id: part.recipient } : { comment_id: part.commentId },
      message: message.value,
      ...(part.replyTo === undefined ? {} : { reply_to: { mid: part.replyTo } }),
    }
    const url = await nodeUrl(`${access.channelKey}/messages`)
    const time = hasAddress(part) ? { timeout: fetchingTime } : {}
    const answer = await graphClient({ method: 'POST', url, json, token: access.token, ...time })
    const failure = failureOf(answer, 'writes')
    if (failure) return err(failure)
    const { body, pause } = answer.kind === 'answer' ? answer : {}
    const sent = sendAnswer.safeParse(body)
    return sent.success ? ok({ externalId: sent.data.message_id, ...(pause === undefined ? {} : { retryAfter: pause }) }) : err(unclear)
  }
