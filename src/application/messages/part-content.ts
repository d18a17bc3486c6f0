import type { ReceivedAttachment, ReceivedMessage } from '#application/intake/channel-event.ts'
import type { OpenFile } from '#application/media/open-file.ts'
import type { Part } from '#application/ports/messages.ts'
import type { OutgoingPart, Saying } from '#application/ports/outgoing.ts'
import type { CallKind } from '#application/ports/paces.ts'
import type { MessageSign } from '#domain/message/sign.ts'

type Content = Pick<Part, 'content' | 'payload'>

/** Providers tell of what they made of cards by this name, and may or may not repeat the words in them. */
const template = 'template'

/** Is there something in it to send? */
export const saysSomething = ({ content, payload }: Content): boolean =>
  content !== null || payload?.media !== undefined || payload?.cards !== undefined

/** As what a provider counts it: sound and films are heavier than everything else. */
export const callKindOf = ({ payload }: Pick<Part, 'payload'>): CallKind =>
  payload?.media?.type === 'audio' || payload?.media?.type === 'video' ? 'media' : 'texts'

/** By what its echo, or its message at the provider, is known. */
export const signOf = ({ content, payload }: Content): MessageSign => {
  const { media, cards } = payload ?? {}
  if (cards) return { text: null, attached: [template] }
  return media ? { text: null, attached: media.files.map(() => media.type) } : { text: content, attached: [] }
}

const typeOf = ({ type, meta }: ReceivedAttachment): string => (meta.provider_type === template ? template : type)

/** The same of a message that the provider tells of. */
export const receivedSign = ({ text, attachments }: Pick<ReceivedMessage, 'text' | 'attachments'>): MessageSign => {
  const attached = attachments.map(typeOf)
  return { text: attached.includes(template) ? null : text, attached }
}

const contentOf = async ({ content, payload }: Content, openFile: OpenFile): Promise<Saying> => {
  const { media, choices, cards, isSticker } = payload ?? {}
  if (media) return { kind: 'media', type: media.type, files: await Promise.all(media.files.map(openFile)) }
  if (cards) return { kind: 'cards', cards }
  if (isSticker) return { kind: 'sticker', sign: content ?? '' }
  return { kind: 'text', text: content ?? '', ...(choices && { choices }) }
}

/** What the provider is to be told, and about what. */
export const sayingOf = async (part: Content, openFile: OpenFile): Promise<Saying & Pick<OutgoingPart, 'replyTo' | 'commentId'>> => {
  const { replyTo, comment } = part.payload ?? {}
  return {
    ...(await contentOf(part, openFile)),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(comment && { commentId: comment.id }),
  }
}
