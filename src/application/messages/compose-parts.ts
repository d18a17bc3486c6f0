import type { Channel } from '#application/ports/channel.ts'
import type { AnsweredComment, NewPart, PartPayload } from '#application/ports/messages.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import { splitText } from '#domain/message/content.ts'
import type { Items } from '#domain/message/items.ts'
import { sentTypeOf } from '#domain/message/limits.ts'
import type { ExternalId } from '#domain/shared/ids.ts'

/** What is said, before it is cut into calls. */
export interface Said extends Items {
  readonly content: string
  /** Its own by now: nobody else can send them. */
  readonly files?: readonly UploadedFile[]
  /** The message that it answers, by the provider's id. */
  readonly replyTo?: ExternalId
  readonly comment?: AnsweredComment
}

type NewContent = Pick<NewPart, 'kind' | 'content' | 'payload'>
type Media = NonNullable<PartPayload['media']>

/** Neighbouring images go in one call where the channel takes several; any other file goes alone. */
const mediaOf = (files: readonly UploadedFile[], imagesTogether: number): readonly Media[] => {
  const groups: Media[] = []
  for (const { id, contentType, size } of files) {
    const [type, file] = [sentTypeOf(contentType), { id, contentType, size }]
    const last = groups.at(-1)
    if (last && type === 'image' && last.type === type && last.files.length < imagesTogether) {
      groups[groups.length - 1] = { type, files: [...last.files, file] }
    } else groups.push({ type, files: [file] })
  }
  return groups
}

const asItIs = (text: string): string => text

const textsOf = ({ content, choices, isSticker }: Said, { limits, plainText = asItIs }: Channel): NewContent[] => {
  const text = isSticker ? content.trim() : plainText(content).trim()
  if (text === '') return []
  if (isSticker) return [{ kind: 'other', content: text, payload: { isSticker } }]
  const texts = splitText(text, limits.textBytes)
  return texts.map((content, n) => ({ kind: 'text', content, ...(choices && n === texts.length - 1 && { payload: { choices } }) }))
}

/** The calls that a message takes, in order: files first, then what is said about them, as in Chatwoot. */
export const composeParts = (said: Said, channel: Channel): NewPart[] => {
  const { limits, bridged } = channel
  const { files = [], cards, replyTo, comment } = said
  const about = { ...(replyTo === undefined ? {} : { replyTo }), ...(comment && { comment }) }
  const media = mediaOf(files, limits.imagesTogether ?? 1).map(
    (media): NewContent => ({ kind: 'attachment', content: null, payload: { media } }),
  )
  const shown: NewContent[] = cards ? [{ kind: 'other', content: null, payload: { cards } }] : []
  const unsent = { externalId: null, state: bridged ? 'accepted' : 'queued' } as const
  return [...media, ...textsOf(said, channel), ...shown].map(({ payload, ...part }, n) => {
    const whole = n === 0 && Object.keys(about).length > 0 ? { ...payload, ...about } : payload
    return { ...part, ...(whole && { payload: whole }), ...unsent }
  })
}
