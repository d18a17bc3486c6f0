import type { ReceivedMessage } from '#application/intake/channel-event.ts'
import type { OpenFile } from '#application/media/open-file.ts'
import type { Saying } from '#application/ports/channel.ts'
import type { Part } from '#application/ports/messages.ts'
import type { MessageSign } from '#domain/message/sign.ts'

type Content = Pick<Part, 'content' | 'payload'>

/** Is there something in it to send? */
export const saysSomething = ({ content, payload }: Content): boolean => content !== null || payload?.media !== undefined

/** By what its echo, or its message at the provider, is known. */
export const signOf = ({ content, payload }: Content): MessageSign => {
  const { media } = payload ?? {}
  return media ? { text: null, attached: media.files.map(() => media.type) } : { text: content, attached: [] }
}

/** The same of a message that the provider tells of. */
export const receivedSign = ({ text, attachments }: Pick<ReceivedMessage, 'text' | 'attachments'>): MessageSign => ({
  text,
  attached: attachments.map(({ type }) => type),
})

/** What the provider is to be told. */
export const sayingOf = async ({ content, payload }: Content, openFile: OpenFile): Promise<Saying> => {
  const { media } = payload ?? {}
  if (media) return { kind: 'media', type: media.type, files: await Promise.all(media.files.map(openFile)) }
  return { kind: 'text', text: content ?? '' }
}
