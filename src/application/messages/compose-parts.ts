import type { UploadedFile } from '#application/media/upload-file.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { NewPart, PartPayload } from '#application/ports/messages.ts'
import { splitText } from '#domain/message/content.ts'
import { sentTypeOf } from '#domain/message/limits.ts'

/** What is said, before it is cut into calls. */
export interface Said {
  readonly content: string
  readonly files?: readonly UploadedFile[]
}

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

/** The calls that a message takes, in order: files first, then what is said about them, as in Chatwoot. */
export const composeParts = ({ content, files = [] }: Said, { limits, bridged }: Channel): NewPart[] => {
  const unsent = { externalId: null, state: bridged ? 'accepted' : 'queued' } as const
  const media = mediaOf(files, limits.imagesTogether ?? 1).map(
    (media): NewPart => ({ kind: 'attachment', content: null, payload: { media }, ...unsent }),
  )
  const text = content.trim()
  const texts = text === '' ? [] : splitText(text, limits.textBytes)
  return [...media, ...texts.map((content): NewPart => ({ kind: 'text', content, ...unsent }))]
}
