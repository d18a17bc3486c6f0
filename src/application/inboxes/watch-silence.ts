import type { ChangedAttribute } from '#application/events.ts'
import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { SilenceSuspect } from '#application/ports/inboxes.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { nextSilenceLook, type Rhythm, silenceOf } from '#domain/inbox/silence.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Notices inboxes in use that went quiet, and those that are heard again, and tells of each once. */
export type WatchSilence = () => Promise<JobOutcome>

/** Inboxes of one look. */
const page = 200

interface Dependencies {
  readonly channels: Channels
  readonly queries: Queries
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/** As the API shows instants: whole seconds. */
const seconds = (at: Instant | null): number | null => (at === null ? null : Math.floor(at / 1000))

const changeOf = (before: Instant | null, after: Instant | null): ChangedAttribute => ({
  quiet_since: { previous_value: seconds(before), current_value: seconds(after) },
})

export const createWatchSilence = ({ channels, queries, unitOfWork, clock }: Dependencies): WatchSilence => {
  const note = async ({ accountId, inboxId, lastEventAt, quietSince: before }: SilenceSuspect): Promise<void> => {
    const rhythm: Rhythm = { lastEventAt, ...(await queries.inboxRhythm(accountId, inboxId, lastEventAt)) }
    const at = clock.now()
    const quietSince = silenceOf(rhythm, at)?.since ?? null
    const toldAt = before === null && quietSince !== null ? at : null
    await inOne(unitOfWork, async (tx) => {
      const isNoted = await tx.inboxes.noteSilence(inboxId, { before, quietSince, lookAt: nextSilenceLook(rhythm, at), toldAt })
      if (!isNoted || (before === null) === (quietSince === null)) return
      const payload = { inbox_id: inboxId, changed_attributes: [changeOf(before, quietSince)] }
      await tx.events.append([{ accountId, name: 'inbox_updated', payload, at }])
    })
  }

  return async () => {
    const now = clock.now()
    const kinds = [...channels.values()].filter(({ subscribe }) => subscribe).map(({ kind }) => kind)
    for (let after = 0; ; ) {
      const which = { kinds, now, limit: page, after }
      const found = await inOne(unitOfWork, (tx) => tx.inboxes.silenceSuspects(which))
      for (const suspect of found) await note(suspect)
      if (found.length < page) return jobDone
      after = found.at(-1)?.inboxId ?? after
    }
  }
}
