import * as z from 'zod'
import type { Json } from '#application/intake/channel-event.ts'
import type { SentQuery } from '#application/ports/outgoing.ts'
import { attachmentsOf } from '#channels/instagram/history.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '#channels/meta/json.ts'
import { readTime } from '#channels/meta/time.ts'
import { isSame } from '#domain/message/sign.ts'
import type { ExternalId } from '#domain/shared/ids.ts'

/** The newest 20 messages have details, older ones only an id (developers.facebook.com, Instagram conversations API). */
export const sentFields = 'messages{id,created_time,from,message}'

/** The same where it is files that are looked for. */
export const sentFilesFields = 'messages{id,created_time,from,message,attachments}'

const time = z.union([z.string(), z.number()])

const listing = z.looseObject({ data: z.array(z.json()) }).transform(({ data }): readonly Json[] => data)

const messagesIn = (thread: JsonObject): JsonObject[] => {
  const messages = objectAt(thread, 'messages')
  return messages ? listAt(messages, 'data').filter(isObject) : []
}

const readMessage = (message: JsonObject) => {
  const [id, from, at] = [textAt(message, 'id'), textAt(objectAt(message, 'from'), 'id'), time.safeParse(message.created_time)]
  if (id === undefined || from === undefined || !at.success) return []
  const sign = { text: textAt(message, 'message') ?? null, attached: attachmentsOf(message).map(({ type }) => type) }
  return [{ id, from, at: readTime(at.data), sign }]
}

/**
 * Of a person's conversation as `GET /{account}/conversations` lists it, newest first and with times in whole seconds, the messages that are not theirs and fit, oldest first.
 * Undefined where the answer is no such list.
 */
export const sentMessages = (body: unknown, { recipient, since, ...sign }: SentQuery): readonly ExternalId[] | undefined => {
  const listed = listing.safeParse(body)
  if (!listed.success) return undefined
  return listed.data
    .filter(isObject)
    .flatMap(messagesIn)
    .flatMap(readMessage)
    .toReversed()
    .filter((message) => message.from !== recipient && isSame(message.sign, sign) && message.at >= since)
    .toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id)
}
