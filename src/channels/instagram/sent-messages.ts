import * as z from 'zod'
import type { SentQuery } from '#application/ports/channel.ts'
import { readTime } from '#channels/meta/time.ts'
import type { ExternalId } from '#domain/shared/ids.ts'

/** The newest 20 messages have details, older ones only an id (developers.facebook.com, Instagram conversations API). */
export const sentFields = 'messages{id,created_time,from,message}'

const message = z.object({
  id: z.string().min(1),
  created_time: z.union([z.string(), z.number()]),
  from: z.object({ id: z.coerce.string() }),
  message: z.string(),
})

const listing = z.object({ data: z.array(z.object({ messages: z.object({ data: z.array(z.unknown()) }).optional() })) })

/**
 * Of a person's conversation as `GET /{account}/conversations` lists it, newest first and with times in whole seconds, the messages that are not theirs and fit, oldest first.
 * Undefined where the answer is no such list.
 */
export const sentMessages = (body: unknown, { recipient, text, since }: SentQuery): readonly ExternalId[] | undefined => {
  const listed = listing.safeParse(body)
  if (!listed.success) return undefined
  const known = listed.data.data.flatMap(({ messages }) => messages?.data ?? []).flatMap((each) => message.safeParse(each).data ?? [])
  return known
    .toReversed()
    .map(({ id, created_time, from, message }) => ({ id, at: readTime(created_time), isOurs: from.id !== recipient, message }))
    .filter(({ at, isOurs, message }) => isOurs && message === text && at >= since)
    .toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id)
}
