import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import type { ChannelEvent, Json } from '#application/intake/channel-event.ts'
import { createFillGaps } from '#application/intake/fill-gaps.ts'
import { createFindGaps } from '#application/intake/find-gaps.ts'
import type { Channel, ChannelError, HistoryPage, HistoryThread } from '#application/ports/channel.ts'
import type { OutgoingPart, SentPart } from '#application/ports/outgoing.ts'
import { hours, minutes } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'
import { channelKey, happening, openVault, plainMarks, received, silent, startApplication } from './support.ts'

/** A message as the provider has it, to the millisecond; it lists whole seconds. */
export interface AtProvider {
  readonly mid: string
  readonly text: string
  readonly at: number
  readonly ours: boolean
  readonly with: string
  readonly emoji?: string
}

export const eventOf = (message: AtProvider): ChannelEvent =>
  happening(
    { kind: message.ours ? 'message-echoed' : 'message-received', payload: received(message.mid, message.text) },
    message.at,
    message.with,
  )

export const reactionOf = ({ mid, emoji = '', with: contact }: AtProvider, at: number): ChannelEvent =>
  happening({ kind: 'reaction-changed', payload: { externalId: mid, emoji, by: 'contact' } }, at, contact)

/** An hour before the time at which a scene begins. */
export const start = 1_700_000_000_000 - minutes(60)

/** The `n`th message of a conversation. */
export const by = (who: string, n: number, ours = false, at = start + n * 700): AtProvider => ({
  mid: `${who} ${n}`,
  text: `text ${n}`,
  at,
  ours,
  with: who,
})

const inSeconds = (at: number): number => Math.floor(at / 1000) * 1000

interface Options {
  readonly pageSize?: number
  readonly isPolled?: boolean
  readonly send?: (part: OutgoingPart) => Promise<Result<SentPart, ChannelError>>
  readonly more?: Partial<Channel>
}

/** An inbox of a provider that keeps conversations, of which nothing is pushed but what the test says. */
export const startHistory = async ({ pageSize = 2, isPolled = false, send, more }: Options = {}) => {
  const messages: AtProvider[] = []
  const reads: { readonly at: number; readonly cursor: string | null }[] = []
  const says: { failure: ChannelError | undefined; after: (() => Promise<void>) | undefined } = { failure: undefined, after: undefined }
  let now = () => 0

  const threads = (at: number): HistoryThread[] => {
    const people = Map.groupBy(
      messages.toSorted((a, b) => a.at - b.at),
      (message) => message.with,
    )
    return [...people]
      .map(([contactKey, all]): HistoryThread => {
        const newest = all.slice(-20)
        const events = newest.flatMap((message) => [
          { ...eventOf(message), occurredAt: inSeconds(message.at) },
          ...(message.emoji === undefined ? [] : [reactionOf(message, at)]),
        ])
        return {
          contactKey,
          movedAt: inSeconds(newest.at(-1)?.at ?? 0),
          events,
          raw: new TextEncoder().encode(JSON.stringify(all)),
        }
      })
      .toSorted((a, b) => b.movedAt - a.movedAt)
  }

  const read: NonNullable<Channel['history']>['read'] = async (_access, { cursor }): Promise<Result<HistoryPage, ChannelError>> => {
    reads.push({ at: now(), cursor })
    if (says.failure) return err(says.failure)
    const start = Number(cursor ?? 0)
    const all = threads(now())
    const page = ok({ threads: all.slice(start, start + pageSize), next: start + pageSize < all.length ? String(start + pageSize) : null })
    await says.after?.()
    return page
  }

  const application = await startApplication(send ?? (async () => ok({ externalId: 'unused' })), {
    replyWindow: async () => ({ standard: hours(24) }),
    history: { read },
    rates: async () => ({ texts: 100, media: 10, reads: 2 }),
    ...more,
  })
  const { world, time, waitUntil, channels, accountId, inboxId, receive } = application
  now = () => time.now
  const clock = { now }
  const { unitOfWork } = world
  const openAccess = createOpenAccess({ unitOfWork, vault: openVault, clock })
  let drawn = 0
  const ids = { next: () => `00000000-0000-7000-9000-${String(++drawn).padStart(12, '0')}` }
  const reportRefusal = createReportRefusal({ unitOfWork, clock })
  const findGaps = createFindGaps({ channels, unitOfWork, clock })
  const fillGaps = createFillGaps({
    ...{ channels, unitOfWork, openAccess, reportRefusal, personMarks: plainMarks, ids, clock, waitUntil, logger: silent, isPolled },
    wakeIntake: () => {},
  })
  const ask = () => unitOfWork.run(async (tx) => ok(await tx.gapFills.ask({ accountId, inboxId }, time.now)))
  await ask()

  /** Reads page after page, as the jobs would, until nothing is due within the next minute; then applies what was found. */
  const fill = async (): Promise<void> => {
    for (let n = 0; n < 100; n++) {
      await fillGaps({ accountId, inboxId })
      const dueAt = world.look(({ gapFills }) => gapFills.get(inboxId)?.dueAt ?? 0)
      if (dueAt - time.now > 1000) break
      time.now = Math.max(time.now, dueAt)
    }
    await receive()
  }

  const told = async () => (await world.queries.inbox(accountId, inboxId))?.connection

  /** What people see, without the numbers that the order of arrival gives, with times in whole seconds. */
  const seen = () => {
    const { messages: rows, conversations, parts, contacts, contactInboxes } = world.state()
    const mids = new Map([...parts.values()].map((part) => [part.messageId, part.externalId]))
    const second = (at: number | null) => at && Math.floor(at / 1000)
    return {
      messages: [...rows.values()]
        .toSorted((a, b) => a.conversationId - b.conversationId || a.createdAt - b.createdAt || a.id - b.id)
        .map((m) => {
          const reactions = Array.isArray(m.contentAttributes.reactions) ? m.contentAttributes.reactions : []
          const emojis = reactions.map((entry) => (entry as { emoji?: Json }).emoji)
          return [mids.get(m.id), m.type, m.content, m.status, m.author, second(m.createdAt), emojis]
        })
        .toSorted((a, b) => Number(a[5]) - Number(b[5])),
      conversations: [...conversations.values()]
        .map((c) => ({
          contact: contactInboxes.get(c.contactInboxId)?.sourceId,
          status: c.status,
          clocks: [c.startedAt, c.lastActivityAt, c.lastIncomingAt, c.lastReplyAt, c.firstReplyAt, c.waitingSince].map(second),
        }))
        .toSorted((a, b) => String(a.contact).localeCompare(String(b.contact))),
      contacts: [...contacts.values()].map((c) => [c.name, second(c.lastActivityAt)]).toSorted(),
    }
  }

  return { ...application, messages, reads, says, findGaps, fillGaps, ask, fill, told, seen, accountKey: channelKey }
}
