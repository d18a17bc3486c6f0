import type { ChannelEvent, EventKind, EventPayloads } from '#application/intake/channel-event.ts'
import { type EntryContext, unknownEvent } from '#channels/instagram/entry.ts'
import { readMessage, readPostback } from '#channels/instagram/message.ts'
import { isObject, type JsonObject, objectAt, textAt } from '#channels/meta/json.ts'
import { metaTime } from '#channels/meta/time.ts'

/** The two ends of an item: the business's account and the person. */
interface Ends {
  readonly accountKey: string
  readonly contactKey: string
  /** From the business to the person. */
  readonly outgoing: boolean
}

/**
 * The account is the end that the entry names. Where it names neither, an echo (or an item marked as the business's own) comes
 * from the account and anything else goes to it; receipts may have no ends at all.
 */
const endsOf = (item: JsonObject, { entryId }: EntryContext): Ends => {
  const sender = textAt(objectAt(item, 'sender'), 'id') ?? ''
  const recipient = textAt(objectAt(item, 'recipient'), 'id') ?? ''
  const own = objectAt(item, 'message')?.is_echo === true || item.is_self === true
  const fromAccount = entryId !== '' && (sender === entryId || recipient === entryId) ? sender === entryId : own
  const [accountKey, contactKey] = fromAccount ? [sender, recipient] : [recipient, sender]
  return { accountKey: accountKey || entryId, contactKey, outgoing: own }
}

/** The dashboard's test button sends constants that are documented nowhere (seen in the wild, unchanged for years). */
const isTest = (item: JsonObject, { entryId }: EntryContext): boolean =>
  entryId === '0' || (textAt(objectAt(item, 'sender'), 'id') === '12334' && textAt(objectAt(item, 'recipient'), 'id') === '23245')

type Read = { [Kind in EventKind]: { kind: Kind; dedupeKey: string; payload: EventPayloads[Kind] } }[EventKind]

const readMessageItem = (item: JsonObject, message: JsonObject, context: EntryContext, ends: Ends, at: number): Read => {
  const mid = textAt(message, 'mid') ?? `${ends.contactKey}:${at}:${context.position}`
  if (message.is_deleted === true) return { kind: 'message-retracted', dedupeKey: `retracted:${mid}`, payload: { externalId: mid } }
  // The test button always sends the same mid; each press is to be seen.
  const externalId = isTest(item, context) ? `${mid}:${context.receivedAt}:${context.position}` : mid
  const payload = readMessage(message, externalId)
  const kind = isTest(item, context) ? 'test-event' : ends.outgoing ? 'message-echoed' : 'message-received'
  return { kind, dedupeKey: `message:${externalId}`, payload }
}

const readReaction = (item: JsonObject, reaction: JsonObject, ends: Ends, at: number): Read | undefined => {
  const mid = textAt(reaction, 'mid')
  if (mid === undefined) return undefined
  const sender = textAt(objectAt(item, 'sender'), 'id') ?? ''
  const emoji = reaction.action === 'unreact' ? null : (textAt(reaction, 'emoji') ?? textAt(reaction, 'reaction') ?? null)
  const by = sender !== '' && sender === ends.accountKey ? 'business' : 'contact'
  return { kind: 'reaction-changed', dedupeKey: `reaction:${mid}:${sender}:${at}:${emoji ?? ''}`, payload: { externalId: mid, emoji, by } }
}

/** `num_edit` comes as text or number. An edit without text tells nothing (Meta sends such around ordinary messages). */
const readEdit = (edit: JsonObject): Read | undefined => {
  const mid = textAt(edit, 'mid')
  const text = textAt(edit, 'text')
  if (mid === undefined || text === undefined) return undefined
  const editNumber = Number(edit.num_edit)
  const payload = { externalId: mid, text, editNumber: Number.isSafeInteger(editNumber) && editNumber > 0 ? editNumber : 1 }
  return { kind: 'message-edited', dedupeKey: `edited:${mid}:${payload.editNumber}`, payload }
}

const readReceipt = (receipt: JsonObject): Read | undefined => {
  const mid = textAt(receipt, 'mid')
  return mid === undefined ? undefined : { kind: 'message-read', dedupeKey: `read:${mid}`, payload: { externalId: mid } }
}

/** Kept whole: no surface takes them apart yet. */
const keptKinds: Readonly<Record<string, 'referral-received' | 'thread-control-changed'>> = {
  referral: 'referral-received',
  optin: 'referral-received',
  pass_thread_control: 'thread-control-changed',
  take_thread_control: 'thread-control-changed',
  request_thread_control: 'thread-control-changed',
  app_roles: 'thread-control-changed',
  policy_enforcement: 'thread-control-changed',
}

const readKept = (item: JsonObject, ends: Ends, at: number): Read | undefined => {
  const key = Object.keys(keptKinds).find((name) => name in item)
  const kind = key === undefined ? undefined : keptKinds[key]
  return kind && { kind, dedupeKey: `${key}:${ends.contactKey}:${at}`, payload: { raw: item } }
}

const readKnown = (item: JsonObject, context: EntryContext, ends: Ends, at: number): Read | undefined => {
  const [message, reaction, edit, receipt, postback] = ['message', 'reaction', 'message_edit', 'read', 'postback'].map((key) =>
    objectAt(item, key),
  )
  if (message) return readMessageItem(item, message, context, ends, at)
  if (postback) {
    const payload = readPostback(postback, `${ends.contactKey}:${at}`)
    return { kind: ends.outgoing ? 'message-echoed' : 'postback-pressed', dedupeKey: `message:${payload.externalId}`, payload }
  }
  if (reaction) return readReaction(item, reaction, ends, at)
  if (edit) return readEdit(edit)
  if (receipt) return readReceipt(receipt)
  return readKept(item, ends, at)
}

/** Kinds that need a person to hang on. */
const aboutSomeone: readonly EventKind[] = ['message-received', 'message-echoed', 'postback-pressed', 'test-event']

/** Around ordinary messages Meta sends edits without a text, at times without anyone: they tell nothing (seen since 2026). */
const isEmptyEdit = (item: JsonObject): boolean => {
  const edit = objectAt(item, 'message_edit')
  return edit !== undefined && textAt(edit, 'text') === undefined
}

/** An item of `messaging` or `standby`. */
export const readItem = (item: JsonObject, context: EntryContext): ChannelEvent[] => {
  if (isEmptyEdit(item)) return []
  const ends = endsOf(item, context)
  const occurredAt = metaTime(context.receivedAt, item.timestamp, context.entryTime)
  const read = readKnown(item, context, ends, occurredAt)
  if (!read) return [unknownEvent(item, 'item.not_understood', context)]
  if (aboutSomeone.includes(read.kind) && ends.contactKey === '') return [unknownEvent(item, 'item.no_sender', context)]
  return [{ channel: 'instagram', accountKey: ends.accountKey, contactKey: ends.contactKey, occurredAt, ...read }]
}

const commentFields = ['comments', 'live_comments', 'mentions']

const readComment = (value: JsonObject, field: string, context: EntryContext): ChannelEvent => {
  const id = textAt(value, 'id') ?? textAt(value, 'comment_id') ?? textAt(value, 'media_id') ?? ''
  return {
    kind: 'comment-received',
    channel: 'instagram',
    accountKey: context.entryId,
    contactKey: textAt(objectAt(value, 'from'), 'id') ?? '',
    dedupeKey: `${field}:${id}`,
    occurredAt: metaTime(context.receivedAt, context.entryTime),
    payload: {
      raw: value,
      externalId: id,
      username: textAt(objectAt(value, 'from'), 'username') ?? null,
      text: textAt(value, 'text') ?? null,
      mediaId: textAt(objectAt(value, 'media'), 'id') ?? textAt(value, 'media_id') ?? null,
      parentId: textAt(value, 'parent_id') ?? null,
    },
  }
}

/** An item of `changes`, or an entry's own `field` and `value`: comments, or the same items that `messaging` holds. */
export const readChange = (change: JsonObject, context: EntryContext): ChannelEvent[] => {
  const field = textAt(change, 'field') ?? ''
  const { value } = change
  if (!isObject(value)) return [unknownEvent(change, 'change.no_value', context)]
  return commentFields.includes(field) ? [readComment(value, field, context)] : readItem(value, context)
}
