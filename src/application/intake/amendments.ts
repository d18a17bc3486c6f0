import type { Json } from '#application/intake/channel-event.ts'
import type { ContentAttributes, Message } from '#application/ports/messages.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What stands where a message was that its writer took back. Chatwoot's words. */
export const deletedText = 'This message was deleted'

const isDeleted = (message: Message): boolean => message.contentAttributes.deleted === true

const listOf = (value: Json | undefined): readonly { readonly [key: string]: Json }[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null && !Array.isArray(entry)) : []

/** Times in JSON are epoch seconds, with a fraction where the provider gave one. */
const inSeconds = (at: Instant): number => at / 1000

const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

const inTime = (list: readonly { readonly [key: string]: Json }[]) => list.toSorted((a, b) => numberOf(a.at) - numberOf(b.at))

/** The message with one more edit in its history; the text is that of the highest edit number, whatever the order of arrival. */
export const withEdit = (message: Message, edit: { readonly text: string; readonly editNumber: number; readonly at: Instant }): Message => {
  const edits = listOf(message.contentAttributes.edits)
  if (isDeleted(message) || edits.some((known) => known.number === edit.editNumber)) return message
  const history = [...edits, { content: edit.text, at: inSeconds(edit.at), number: edit.editNumber }].sort(
    (a, b) => numberOf(a.number) - numberOf(b.number),
  )
  const last = history.at(-1)
  return {
    ...message,
    content: typeof last?.content === 'string' ? last.content : edit.text,
    contentAttributes: {
      ...message.contentAttributes,
      original_content: message.contentAttributes.original_content ?? message.content,
      edits: history,
    },
  }
}

/** The message without what it said: the platform wants content that was taken back removed on our side too. */
export const withRetraction = (message: Message): Message => {
  if (isDeleted(message)) return message
  const { external_created_at } = message.contentAttributes
  const contentAttributes: ContentAttributes = { deleted: true, ...(external_created_at === undefined ? {} : { external_created_at }) }
  return { ...message, content: deletedText, contentAttributes }
}

export interface Reaction {
  /** Null: the reaction was taken back. */
  readonly emoji: string | null
  readonly by: 'contact' | 'business'
  readonly at: Instant
}

/**
 * One reaction a sender, the latest by the provider's time. A reaction that was taken back leaves its time behind, so that an
 * older one that arrives later does not bring it back.
 */
export const withReaction = (message: Message, { emoji, by, at }: Reaction): Message => {
  const reactions = listOf(message.contentAttributes.reactions)
  const removed = listOf(message.contentAttributes.reactions_removed)
  const known = [...reactions, ...removed].filter((reaction) => reaction.sender === by)
  if (isDeleted(message) || known.some((reaction) => numberOf(reaction.at) >= inSeconds(at))) return message
  const ofOthers = (list: typeof reactions) => list.filter((reaction) => reaction.sender !== by)
  const entry = { sender: by, at: inSeconds(at) }
  const { reactions: _, reactions_removed: __, ...attributes } = message.contentAttributes
  const takenBack = emoji === null ? [...ofOthers(removed), entry] : ofOthers(removed)
  return {
    ...message,
    contentAttributes: {
      ...attributes,
      reactions: inTime(emoji === null ? ofOthers(reactions) : [...ofOthers(reactions), { emoji, ...entry }]),
      ...(takenBack.length > 0 ? { reactions_removed: inTime(takenBack) } : {}),
    },
  }
}
