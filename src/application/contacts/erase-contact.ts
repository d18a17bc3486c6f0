import type { ReadArrivals, ReadArrivalsIn } from '#application/intake/read-arrivals.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId, ContactId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/**
 * Takes a contact with everything about them out of sight at once and for good, and asks for its deletion. The same person is
 * somebody new when they write again.
 */
export type EraseContact = (command: {
  readonly accountId: AccountId
  readonly contactId: ContactId
}) => Promise<Result<null, { readonly code: 'contact.unknown' }>>

/** Requests read in one transaction, and how many transactions at most: where a backlog is longer, the rest counts as come later. */
const requests = 500
const mostRounds = 100

interface Dependencies {
  readonly readArrivals: ReadArrivals
  readonly readArrivalsIn: ReadArrivalsIn
  readonly personMarks: PersonMarks
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createEraseContact =
  ({ readArrivals, readArrivalsIn, personMarks, unitOfWork, clock }: Dependencies): EraseContact =>
  async ({ accountId, contactId }) => {
    // What has come in and is unread may be theirs: it came before, so it goes as well. First most of it, then what came meanwhile.
    for (let round = 0; round < mostRounds && (await readArrivals(requests, 'awaited')) > 0; round++);
    return unitOfWork.run(async (tx) => {
      await tx.intake.holdReader()
      await readArrivalsIn(tx, requests, 'oneByOne')
      const at = clock.now()
      const begun = await tx.erasures.begin(accountId, contactId, at)
      if (begun === undefined) return err({ code: 'contact.unknown' })
      const { id: erasureId, people } = begun
      const makeMark = await personMarks.open(tx)
      await tx.erasures.mark(
        await Promise.all(people.map(async (person) => ({ accountId, inboxId: person.inboxId, mark: await makeMark(person), at }))),
      )
      await tx.jobs.enqueue([{ name: 'erase-contact', key: String(erasureId), payload: { erasureId } }])
      return ok(null)
    })
  }
