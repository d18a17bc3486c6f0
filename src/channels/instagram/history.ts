import * as z from 'zod'
import type { ChannelEvent, ReceivedAttachment, ReceivedMessage } from '#application/intake/channel-event.ts'
import type { ChannelAccess, ChannelError, ChannelHistory, HistoryPage, HistoryThread } from '#application/ports/channel.ts'
import type { Settings } from '#application/ports/settings.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { type GraphAnswer, graphClient } from '#channels/meta/graph-client.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '#channels/meta/json.ts'
import { metaTime } from '#channels/meta/time.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Conversations of one read. Each brings its 20 newest messages; of older ones Instagram lists the id alone. */
const pageSize = '10'

const messageFields = ['id', 'created_time', 'from', 'to', 'message']
const moreFields = ['attachments', 'story', 'shares', 'reactions', 'reply_to']

const threadFields = (fields: readonly string[]): string => `id,updated_time,participants,messages{${fields.join(',')}}`

const attachment = (type: string, url: string | undefined): ReceivedAttachment => ({ type, url: url ?? null, title: null, meta: {} })

/** A file's own type, as the webhook would name it. */
const fileTypeOf = (mimeType: string | undefined): string => /^(?:image|audio|video)\//.exec(mimeType ?? '')?.[0].slice(0, -1) ?? 'file'

/** Instagram names the kinds otherwise here than in its webhooks. */
const readAttachment = (listed: JsonObject): ReceivedAttachment => {
  const [image, video] = [objectAt(listed, 'image_data'), objectAt(listed, 'video_data')]
  if (image) return attachment('image', textAt(image, 'url'))
  if (video) return attachment('video', textAt(video, 'url'))
  if (textAt(listed, 'file_url')) return attachment(fileTypeOf(textAt(listed, 'mime_type')), textAt(listed, 'file_url'))
  return { ...attachment('fallback', undefined), meta: { provider_type: Object.keys(listed).find((key) => key !== 'id') ?? 'unknown' } }
}

const dataOf = (value: JsonObject | undefined): JsonObject[] => (value ? listAt(value, 'data').filter(isObject) : [])

export const attachmentsOf = (message: JsonObject): ReceivedAttachment[] => {
  const mention = objectAt(objectAt(message, 'story'), 'mention')
  return [
    ...(mention ? [attachment('story_mention', textAt(mention, 'link'))] : []),
    ...dataOf(objectAt(message, 'attachments')).map(readAttachment),
    ...dataOf(objectAt(message, 'shares')).map((share) => attachment('share', textAt(share, 'link'))),
  ]
}

const replyOf = (message: JsonObject): ReceivedMessage['replyTo'] => {
  const story = objectAt(objectAt(message, 'story'), 'reply_to')
  if (story) return { story: { id: textAt(story, 'id') ?? null, url: textAt(story, 'link') ?? null } }
  const mid = textAt(objectAt(message, 'reply_to'), 'mid')
  return mid === undefined ? null : { externalId: mid }
}

const received = (message: JsonObject, externalId: string): ReceivedMessage => {
  const [text, attachments] = [textAt(message, 'message') ?? null, attachmentsOf(message)]
  const unsupported = text === null && attachments.length === 0
  return { externalId, text, attachments, replyTo: replyOf(message), postback: null, referral: null, unsupported }
}

interface Context {
  readonly accountKey: string
  readonly contactKey: string
  readonly now: Instant
}

/** Instagram does not say when somebody reacted: by now they have. */
const reactionsOf = (message: JsonObject, externalId: string, { accountKey, contactKey, now }: Context): ChannelEvent[] =>
  dataOf(objectAt(message, 'reactions')).flatMap((reaction) => {
    const emoji = textAt(reaction, 'emoji') ?? textAt(reaction, 'reaction') ?? null
    const from = listAt(reaction, 'users').filter(isObject)
    return from.map((user): ChannelEvent => {
      const by = textAt(user, 'id') === contactKey ? 'contact' : 'business'
      const dedupeKey = `reaction:${externalId}:${by}:${now}:${emoji ?? ''}`
      const payload = { externalId, emoji, by } as const
      return { kind: 'reaction-changed', channel: 'instagram', accountKey, contactKey, dedupeKey, occurredAt: now, payload }
    })
  })

/** A message with its reactions; nothing where Instagram tells no more than its id. */
const readMessage = (message: JsonObject, context: Context): ChannelEvent[] => {
  const { accountKey, contactKey, now } = context
  const [mid, from] = [textAt(message, 'id'), textAt(objectAt(message, 'from'), 'id')]
  if (mid === undefined || from === undefined || message.created_time === undefined) return []
  const kind = from === contactKey ? 'message-received' : 'message-echoed'
  const occurredAt = metaTime(now, message.created_time)
  const who = { channel: 'instagram', accountKey, contactKey }
  return [{ kind, ...who, dedupeKey: `message:${mid}`, occurredAt, payload: received(message, mid) }, ...reactionsOf(message, mid, context)]
}

const utf8 = new TextEncoder()

/** A conversation as Instagram lists it, newest message first; undefined where it does not tell with whom it is. */
export const readThread = (thread: JsonObject, accountKey: string, ownKeys: readonly string[], now: Instant): HistoryThread | undefined => {
  const people = dataOf(objectAt(thread, 'participants')).map((person) => textAt(person, 'id'))
  const [contactKey, ...others] = people.filter((id) => id !== undefined && !ownKeys.includes(id))
  if (contactKey === undefined || others.length > 0) return undefined
  const listed = dataOf(objectAt(thread, 'messages')).toReversed()
  const events = listed.flatMap((message) => readMessage(message, { accountKey, contactKey, now }))
  return { contactKey, movedAt: metaTime(now, thread.updated_time), events, raw: utf8.encode(JSON.stringify(thread)) }
}

const nextOf = (body: JsonObject): string | null => {
  const paging = objectAt(body, 'paging')
  return textAt(paging, 'next') === undefined ? null : (textAt(objectAt(paging, 'cursors'), 'after') ?? null)
}

const noList: ChannelError = { code: 'channel.unavailable', detail: { message: 'Instagram answered without a list of conversations.' } }

const listing = z
  .looseObject({ data: z.array(z.json()), paging: z.json().optional() })
  .transform((page): JsonObject => ({ data: page.data, paging: page.paging ?? null }))

const invalidParameter = '100'

/** The conversations of an account (developers.facebook.com, Instagram conversations API). */
export const createInstagramHistory = (settings: Settings): ChannelHistory => {
  const ask = async ({ channelKey, token }: ChannelAccess, cursor: string | null, fields: readonly string[]): Promise<GraphAnswer> => {
    const values = await settings.read()
    const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/${channelKey}/conversations`
    const after = cursor === null ? {} : { after: cursor }
    return graphClient({
      method: 'GET',
      url,
      token,
      query: { platform: 'instagram', fields: threadFields(fields), limit: pageSize, ...after },
    })
  }

  return {
    async read(access, { cursor, alternateKey, now, turn }): Promise<Result<HistoryPage, ChannelError>> {
      let answer = await ask(access, cursor, [...messageFields, ...moreFields])
      let failure = failureOf(answer, 'reads')
      // One field that it does not have fails the whole call: better the words alone than nothing.
      if (failure?.detail.providerCode === invalidParameter && failure.code === 'channel.rejected') {
        await turn()
        answer = await ask(access, cursor, messageFields)
        failure = failureOf(answer, 'reads')
      }
      if (failure) return err(failure)
      const { body, pause } = answer.kind === 'answer' ? answer : {}
      const page = listing.safeParse(body).data
      if (!page) return err(noList)
      const ownKeys = [access.channelKey, ...(alternateKey === null ? [] : [alternateKey])]
      const threads = listAt(page, 'data').filter(isObject)
      return ok({
        threads: threads.flatMap((thread) => readThread(thread, access.channelKey, ownKeys, now) ?? []),
        next: nextOf(page),
        ...(pause === undefined ? {} : { retryAfter: pause }),
      })
    },
  }
}
