import type { LinkTo, Shown } from '#adapters/http/media-links.ts'
import { contactJson } from '#adapters/http/views/contact.ts'
import { type ConversationContext, conversationJson } from '#adapters/http/views/conversation.ts'
import { messageJson } from '#adapters/http/views/message.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { AttachmentView, MediaRef } from '#application/ports/media.ts'
import type { ContactView, ConversationView, MessageView, Queries } from '#application/ports/queries.ts'
import type { UseCases } from '#application/use-cases.ts'
import { joined } from '#domain/shared/bytes.ts'

export interface ExportSource {
  readonly queries: Pick<Queries, 'contactHistory' | 'conversationHistory'>
  readonly openMedia: UseCases['openMedia']
  readonly linksFor: (shown: Shown) => Promise<LinkTo>
  readonly contextFor: (conversations: readonly ConversationView[]) => Promise<ConversationContext>
}

/** An object's JSON without its closing brace, so that more can follow. */
const begun = (object: object): string => `${JSON.stringify(object).slice(0, -1)},`

/** Pieces of JSON with a comma between them, each piece in parts. */
const separated = async function* <Item>(items: AsyncIterable<Item>, write: (item: Item) => AsyncIterable<string>): AsyncGenerator<string> {
  let first = true
  for await (const item of items) {
    if (!first) yield ',\n'
    first = false
    yield* write(item)
  }
}

/** All of a list that is read page by page, each page beyond the last one's last id. */
const paged = async function* <Item extends { readonly id: number }>(
  read: (after: number) => Promise<readonly Item[]>,
): AsyncGenerator<Item> {
  for (let after = 0; ; ) {
    const page = await read(after)
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))

/** Base64 of a stream: three bytes at a time, so that its pieces fit together. */
const base64Of = async function* (stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let held = new Uint8Array(0)
  for await (const chunk of stream) {
    const all = joined([held, chunk])
    const whole = all.length - (all.length % 3)
    yield base64(all.subarray(0, whole))
    held = all.slice(whole)
  }
  yield base64(held)
}

/** A file of ours as a `data:` address, in JSON; null where there is none. */
const dataText = async function* ({ openMedia }: ExportSource, ref: MediaRef): AsyncGenerator<string> {
  const opened = await openMedia(ref)
  const stream = opened.ok && opened.value.is === 'file' ? await opened.value.read() : undefined
  if (!opened.ok || opened.value.is !== 'file' || !stream) return yield 'null'
  yield `"data:${opened.value.contentType};base64,`
  yield* base64Of(stream)
  yield '"'
}

const attachmentText = (attachments: readonly AttachmentView[], json: readonly object[], source: ExportSource) =>
  async function* (n: number): AsyncGenerator<string> {
    const attachment = attachments[n]
    yield `${begun(json[n] ?? {})}"data":`
    if (attachment) yield* dataText(source, { accountId: attachment.accountId, kind: 'attachments', id: attachment.id })
    yield '}'
  }

const indexes = async function* (list: readonly unknown[]): AsyncGenerator<number> {
  yield* list.keys()
}

const messageText = (source: ExportSource) =>
  async function* (message: MessageView): AsyncGenerator<string> {
    const { attachments = [], ...core } = messageJson(message, await source.linksFor({ messages: [message] }))
    yield `${begun(core)}"attachments":[`
    yield* separated(indexes(attachments), attachmentText(message.attachments, attachments, source))
    yield ']}'
  }

const conversationText = (source: ExportSource) =>
  async function* (conversation: ConversationView): AsyncGenerator<string> {
    const { messages: _, last_non_activity_message: __, ...core } = conversationJson(conversation, await source.contextFor([conversation]))
    yield `${begun(core)}"messages":[`
    yield* separated(
      paged((after) => source.queries.conversationHistory(conversation.accountId, conversation.id, after)),
      messageText(source),
    )
    yield ']}'
  }

const avatarText = async function* (accountId: number, { avatarId }: ContactView, source: ExportSource): AsyncGenerator<string> {
  if (avatarId === null) yield 'null'
  else yield* dataText(source, { accountId, kind: 'avatars', id: avatarId })
}

/**
 * Everything about a contact as one JSON text, some of it in memory at a time. Stored files are in it as `data:` addresses, so it
 * needs neither this server nor any tool but a browser, and stays whole when the contact is erased.
 */
export const contactExport = async function* (
  accountId: number,
  contact: ContactView,
  channels: ConversationContext['channels'],
  now: number,
  source: ExportSource,
): AsyncGenerator<string> {
  const link = await source.linksFor({ contacts: [contact] })
  yield `${begun({ exported_at: isoOrNull(now), contact: contactJson(contact, channels, link) })}"avatar":`
  yield* avatarText(accountId, contact, source)
  yield ',"conversations":[\n'
  yield* separated(
    paged((after) => source.queries.contactHistory(accountId, contact.id, after)),
    conversationText(source),
  )
  yield '\n]}\n'
}
