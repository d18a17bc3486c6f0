import { inOne } from '#application/in-one.ts'
import { createAwaitTurn } from '#application/inboxes/await-turn.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { allowCalls, nextCallAt } from '#application/inboxes/pacing.ts'
import { askPassage, reportCall } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { leaveOutErased } from '#application/intake/erased-people.ts'
import { isMessage, newestIn, unknownIn } from '#application/intake/found-events.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { ChannelError, ChannelHistory, Channels, HistoryPage } from '#application/ports/channel.ts'
import type { Clock, WaitUntil } from '#application/ports/clock.ts'
import type { ClaimedGapFill, GapFillNews } from '#application/ports/gap-fills.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { IntakeEntry } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Rates } from '#application/ports/paces.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { afterFailedRead, afterPage, type GapFill, isMissed, isPast, readsBackTo } from '#domain/inbox/gap-fill.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import { type Duration, type Instant, minutes } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/**
 * Reads a page of what the provider has of an inbox that is due, and puts what had not been pushed into the intake log, as if it had been:
 * applying is what makes one row of a message that came both ways. Where to go on, and when, stands in the inbox's row.
 */
export type FillGaps = (payload: JobPayloads['fill-gaps']) => Promise<JobOutcome>

/** Longer than a read and its record take. After it an inbox is free for another worker. */
const lease: Duration = minutes(2)

/** What is due sooner than this gets a job at once; the rest is found by the one that looks for it. */
const soon: Duration = minutes(1)

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly personMarks: PersonMarks
  readonly ids: Ids
  readonly clock: Clock
  readonly waitUntil: WaitUntil
  readonly logger: Logger
  readonly wakeIntake: () => void
  /** Nothing can be pushed to this installation. */
  readonly isPolled: boolean
}

interface Begun {
  readonly claimed: ClaimedGapFill
  readonly history: ChannelHistory
  /** How long after their last message the channel lets customers be answered as usual, ms. */
  readonly answerable: Duration
  readonly rates: Rates | undefined
  readonly passage: Exclude<Passage, { readonly may: 'wait' }>
}

interface Sifted {
  readonly entries: readonly IntakeEntry[]
  readonly oldest: Instant | null
}

const missedIn = (entries: readonly IntakeEntry[], now: Instant): number => {
  const messages = entries.flatMap(({ events }) => events).filter(isMessage)
  return messages.filter(({ payload, occurredAt }) => payload.found === 'missed' && isMissed(occurredAt, now)).length
}

const finish = async (tx: Tx, claimed: ClaimedGapFill, fill: GapFill, news: GapFillNews, now: Instant): Promise<void> => {
  const { accountId, inboxId } = claimed.inbox
  await tx.gapFills.save(claimed, fill, news)
  if (fill.dueAt - now > soon) return
  await tx.jobs.enqueue([{ name: 'fill-gaps', key: String(inboxId), payload: { accountId, inboxId }, at: fill.dueAt }])
}

export const createFillGaps = (dependencies: Dependencies): FillGaps => {
  const awaitTurn = createAwaitTurn(dependencies)
  const { channels, unitOfWork, openAccess, reportRefusal, personMarks, ids, clock, logger, wakeIntake, isPolled } = dependencies

  const begin = async (payload: JobPayloads['fill-gaps'], now: Instant): Promise<Begun | undefined> => {
    const windows = new Map<string, Duration>()
    const rates = new Map<string, Rates | undefined>()
    for (const channel of channels.values()) {
      if (!channel.history) continue
      windows.set(channel.kind, (await channel.replyWindow()).standard ?? 0)
      rates.set(channel.kind, await channel.rates?.())
    }
    return inOne(unitOfWork, async (tx) => {
      const claimed = await tx.gapFills.claim(payload, now, now + lease)
      const history = claimed && channels.get(claimed.inbox.channel)?.history
      if (!claimed || !history) return undefined
      const passage = await askPassage(tx, claimed.inbox, now)
      const allowed = rates.get(claimed.inbox.channel)
      const wanted = { inbox: claimed.inbox, kind: 'reads', rates: allowed, hasWaited: true, lead: 0, patience: 0 } as const
      const [allowance] = passage.may === 'wait' ? [passage] : await allowCalls(tx, [wanted], now)
      if (passage.may !== 'wait' && allowance?.may !== 'wait')
        return { claimed, history, answerable: windows.get(claimed.inbox.channel) ?? 0, rates: allowed, passage }
      await finish(tx, claimed, { ...claimed.fill, dueAt: allowance?.may === 'wait' ? allowance.until : now }, { error: null }, now)
      return undefined
    })
  }

  /** What of a page is to be written down: nothing that is known. */
  const sift = async ({ claimed, answerable }: Begun, { threads }: HistoryPage, begunAt: Instant, now: Instant): Promise<Sifted> => {
    const { fill, inbox } = claimed
    const moved = threads.filter(({ movedAt }) => movedAt >= readsBackTo(fill, begunAt))
    const refs = moved
      .flatMap(({ events }) => events.filter(isMessage))
      .map(({ payload }) => ({ ...inbox, externalId: payload.externalId }))
    const looked = await inOne(unitOfWork, (tx) => tx.messages.known(refs))
    const known = new Map(looked.map((message) => [message.externalId, message]))
    const entries = moved.flatMap((thread): IntakeEntry[] => {
      const found = isPast(fill, begunAt, newestIn(thread) ?? thread.movedAt, answerable) ? 'past' : 'missed'
      const events = unknownIn(thread, known, found)
      return events.length === 0 ? [] : [{ id: ids.next(), channel: inbox.channel, body: thread.raw, receivedAt: now, events }]
    })
    const times = threads.map(({ movedAt }) => movedAt)
    return { entries, oldest: times.length === 0 ? null : Math.min(...times) }
  }

  const recordFailure = async ({ claimed, passage }: Begun, error: ChannelError, now: Instant): Promise<void> => {
    const isRefused = error.code === 'channel.rejected'
    await inOne(unitOfWork, async (tx) => {
      await reportCall(tx, claimed.inbox, passage, { ok: false, error }, now)
      const fill = afterFailedRead(claimed.fill, isRefused, error.detail.retryAfter, now)
      await finish(tx, claimed, fill, { error: error.detail.message }, now)
    })
  }

  /** What was found, and how far that was, in one transaction: neither is there without the other. */
  const recordPage = async (begun: Begun, page: HistoryPage, begunAt: Instant, { entries, oldest }: Sifted): Promise<void> => {
    const { claimed, passage } = begun
    const { inbox } = claimed
    const now = clock.now()
    const { stored, missed } = await inOne(unitOfWork, async (tx) => {
      await reportCall(tx, inbox, passage, ok(page.retryAfter === undefined ? {} : { retryAfter: page.retryAfter }), now)
      await tx.gapFills.hold(inbox)
      const kept = await leaveOutErased(tx, inbox.inboxId, entries, personMarks)
      await tx.intake.store(kept, 'oneByOne')
      const found = missedIn(kept, now)
      const nextRead = await nextCallAt(tx, { inbox, kind: 'reads', rates: begun.rates }, now)
      const rhythm = { isPolled, nextRead, key: `gaps ${inbox.inboxId}` }
      const after = afterPage(claimed.fill, begunAt, { next: page.next, oldest, missed: found }, now, rhythm)
      const ended = 'missed' in after ? { at: now, missed: after.missed } : undefined
      await finish(tx, claimed, after.fill, { error: null, ...(ended ? { ended } : {}) }, now)
      return { stored: kept.length, missed: found }
    })
    if (stored > 0) wakeIntake()
    if (missed > 0) logger.info('gaps.filled', { accountId: inbox.accountId, inboxId: inbox.inboxId, channel: inbox.channel, missed })
  }

  return async (payload) => {
    const startedAt = clock.now()
    const begun = await begin(payload, startedAt)
    if (!begun) return jobDone
    const { claimed, history } = begun
    const access = await openAccess(payload.accountId, payload.inboxId)
    if (!access) return jobDone
    const cursor = claimed.fill.pass?.cursor ?? null
    const page: Result<HistoryPage, ChannelError> = await history.read(access, {
      cursor,
      alternateKey: claimed.alternateKey,
      now: startedAt,
      turn: () => awaitTurn({ inbox: claimed.inbox, kind: 'reads', rates: begun.rates }),
    })
    if (!page.ok) {
      await recordFailure(begun, page.error, clock.now())
      await reportRefusal(access, page.error)
      return jobDone
    }
    const begunAt = claimed.fill.pass?.begunAt ?? startedAt
    const sifted = await sift(begun, page.value, begunAt, clock.now())
    await recordPage(begun, page.value, begunAt, sifted)
    return jobDone
  }
}
