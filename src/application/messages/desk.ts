import type { Job } from '#application/jobs.ts'
import { wantMedia } from '#application/media/want-media.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { DeliveryError, ExternalRef, Message, NewMessage, Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { isUnsettled } from '#domain/message/delivery.ts'
import type { ConversationId, MessageId, PartId } from '#domain/shared/ids.ts'

/**
 * The messages of some conversations that are being delivered, with their parts: read at once, judged and changed here by plain
 * rules, and written at once. The caller holds the conversations' locks.
 */
export interface Desk {
  part(id: PartId): Part | undefined
  /** The parts of a message, in order. */
  parts(messageId: MessageId): readonly Part[]
  /** The parts that are queued, sending, uncertain or held, in the order in which they were written. */
  unsettled(conversationId: ConversationId): readonly Part[]
  message(id: MessageId): Message | undefined
  /** The part that has this id, among those that were asked for when the desk was opened. */
  holder(ref: ExternalRef): Part | undefined
  putPart(part: Part, error: DeliveryError | null): void
  putMessage(message: Message): void
  add(message: NewMessage): void
  /** Takes a message out with all that hangs on it. */
  remove(id: MessageId): void
  /** Lets events go on that waited for this. */
  release(channel: string, awaited: string): void
  enqueue(job: Job): void
}

interface Changes {
  /** What was read, by id. */
  readonly before: ReadonlyMap<PartId, Part>
  readonly parts: Map<PartId, { readonly part: Part; readonly error: DeliveryError | null }>
  readonly messages: Map<MessageId, Message>
  readonly removed: MessageId[]
  readonly added: NewMessage[]
  readonly released: { readonly channel: string; readonly awaited: string }[]
  readonly jobs: Job[]
}

const inOrder = (a: Part, b: Part): number => a.messageId - b.messageId || a.position - b.position

/** An external id that goes from one part to another is given away before it is taken. */
const storeParts = async (tx: Tx, { before, parts }: Changes): Promise<void> => {
  const saved = [...parts.values()]
  const giving = saved.filter(({ part }) => {
    const had = before.get(part.id)?.externalId ?? null
    return had !== null && had !== part.externalId
  })
  await tx.messages.saveParts(giving.map(({ part, error }) => ({ part: { ...part, externalId: null }, error })))
  await tx.messages.saveParts(saved)
}

const store = async (tx: Tx, changes: Changes): Promise<void> => {
  for (const id of changes.removed) await tx.messages.remove(id)
  await storeParts(tx, changes)
  await tx.messages.save([...changes.messages.values()])
  await wantMedia(tx, changes.added, await tx.messages.insert(changes.added))
  for (const [channel, group] of Map.groupBy(changes.released, ({ channel }) => channel)) {
    await tx.intake.release(
      channel,
      group.map(({ awaited }) => awaited),
    )
  }
  await tx.jobs.enqueue(changes.jobs)
}

const refKey = ({ inboxId, externalId }: { readonly inboxId: number; readonly externalId: string | null }): string =>
  `${inboxId} ${externalId}`

/** Parts by what they are asked for. No part is ever moved to another message or conversation. */
const createRows = (before: ReadonlyMap<PartId, Part>) => {
  const rows = new Map(before)
  const all = [...before.values()].toSorted(inOrder)
  const [ofMessage, ofConversation] = [Map.groupBy(all, (part) => part.messageId), Map.groupBy(all, (part) => part.conversationId)]
  const holders = new Map(all.map((part) => [refKey(part), part.id]))
  const current = (parts: readonly Part[] = []): Part[] => parts.flatMap(({ id }) => rows.get(id) ?? [])
  return {
    rows,
    parts: (id: MessageId) => current(ofMessage.get(id)),
    unsettled: (id: ConversationId) => current(ofConversation.get(id)).filter(({ state }) => isUnsettled(state)),
    /** Among those that were read with it, and then among those that were given it since. */
    holder(ref: ExternalRef, changed: Iterable<Part>): Part | undefined {
      const has = (part: Part | undefined): part is Part => part?.externalId === ref.externalId && part.inboxId === ref.inboxId
      const known = rows.get(holders.get(refKey(ref)) ?? -1)
      return has(known) ? known : [...changed].find((part) => has(part) && rows.has(part.id))
    },
  }
}

const createDesk = (messages: Map<MessageId, Message>, changes: Changes): Desk => {
  const { rows, parts, unsettled, holder } = createRows(changes.before)
  return {
    part: (id) => rows.get(id),
    parts,
    unsettled,
    message: (id) => messages.get(id),
    holder: (ref) =>
      holder(
        ref,
        [...changes.parts.values()].map(({ part }) => part),
      ),
    putPart(part, error) {
      rows.set(part.id, part)
      changes.parts.set(part.id, { part, error })
    },
    putMessage(message) {
      messages.set(message.id, message)
      changes.messages.set(message.id, message)
    },
    add: (message) => void changes.added.push(message),
    remove(id) {
      for (const part of parts(id)) rows.delete(part.id)
      messages.delete(id)
      changes.removed.push(id)
    },
    release: (channel, awaited) => void changes.released.push({ channel, awaited }),
    enqueue: (job) => void changes.jobs.push(job),
  }
}

/** What has to be on the desk beside all that waits to be sent. */
export interface AlsoNeeded {
  readonly messageIds?: readonly MessageId[]
  /** Ids that may be given to parts here: whoever has them already is needed too. */
  readonly externalIds?: readonly ExternalRef[]
}

/** Works at a desk for these conversations, and then writes down what was changed. */
export const atDesk = async <T>(
  tx: Tx,
  conversations: readonly Conversation[],
  { messageIds = [], externalIds = [] }: AlsoNeeded,
  work: (desk: Desk) => Promise<T>,
): Promise<T> => {
  const holders = await tx.messages.byExternalIds(externalIds)
  const whole = await tx.messages.inDelivery(
    conversations.map(({ id }) => id),
    [...messageIds, ...holders.map(({ id }) => id)],
  )
  const before = new Map(whole.flatMap(({ parts }) => parts.map((part) => [part.id, part])))
  const messages = new Map(whole.map(({ parts: _, ...message }) => [message.id, message]))
  const changes: Changes = { before, parts: new Map(), messages: new Map(), removed: [], added: [], released: [], jobs: [] }
  const result = await work(createDesk(messages, changes))
  await store(tx, changes)
  return result
}
