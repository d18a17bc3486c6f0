import { eraseDisowned } from '#application/contacts/erase-disowned.ts'
import { withoutPerson } from '#application/contacts/without-person.ts'
import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Erasure, KnownAs } from '#application/ports/erasures.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Shredder } from '#application/ports/shredder.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'

/**
 * Deletes everything about a contact who is out of sight already: conversations, messages, files, and what the intake log has of them.
 * In small transactions; run again, it goes on where it was.
 */
export type CarryOutErasure = (payload: JobPayloads['erase-contact']) => Promise<JobOutcome>

/** Events looked at in one transaction. */
const events = 1000

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
  readonly shredder: Shredder
  readonly clock: Clock
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** What is left of a body; nothing where it cannot be read. */
const bodyWithout = (body: Uint8Array, people: readonly KnownAs[]): Uint8Array | null => {
  try {
    const left = people.reduce<string | undefined>(
      (text, { contactKey }) => (text === undefined ? undefined : withoutPerson(text, contactKey)),
      decoder.decode(body),
    )
    return left === undefined ? null : new TextEncoder().encode(left)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** Looks at some more of the intake log; answers the last event that it saw, null at the end. */
const forgetSome = async (tx: Tx, { id, knownAs, logUntil }: Erasure, after: number): Promise<number | null> => {
  const { read, bodies } = await tx.intake.forget(knownAs, { after, until: logUntil, limit: events })
  for (const bodyId of bodies) {
    const body = await tx.intake.body(bodyId)
    if (body) await tx.intake.rewriteBody(bodyId, bodyWithout(body, knownAs))
  }
  if (read !== null) await tx.erasures.noteRead(id, read)
  return read
}

export const createCarryOutErasure =
  ({ unitOfWork, mediaStore, shredder, clock }: Dependencies): CarryOutErasure =>
  async ({ erasureId }) => {
    const erasure = await inOne(unitOfWork, (tx) => tx.erasures.waiting(erasureId))
    if (!erasure) return jobDone
    await eraseDisowned(unitOfWork, mediaStore)
    for (let after: number | null = erasure.knownAs.length === 0 ? null : erasure.logRead; after !== null; ) {
      const from: number = after
      after = await inOne(unitOfWork, (tx) => forgetSome(tx, erasure, from))
    }
    await inOne(unitOfWork, (tx) => tx.erasures.forgetWho(erasureId))
    await shredder.shred()
    await inOne(unitOfWork, (tx) => tx.erasures.complete(erasureId, clock.now()))
    return jobDone
  }
