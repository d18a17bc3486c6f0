import { sql, type Transaction } from 'kysely'
import { insertMissing, joinWanted, lockPeople, untilAllThere } from '#adapters/postgres/contacts.ts'
import { lockCandidates, newestFirst } from '#adapters/postgres/conversations.ts'
import { askedFor } from '#adapters/postgres/messages.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { askTogether, write } from '#adapters/postgres/unanswered.ts'
import type { IntakeQueue } from '#application/ports/intake.ts'
import type { ExternalRef } from '#application/ports/messages.ts'

const there = (messages: readonly ExternalRef[]) => sql<ExternalRef>`
  select a.inbox_id as "inboxId", a.external_id as "externalId" from ${askedFor(messages)}
  where exists (select from message_parts p where p.inbox_id = a.inbox_id and p.external_id = a.external_id)`

/** People before their conversations, as everywhere. */
export const createMeeting = (trx: Transaction<Tables>): Pick<IntakeQueue, 'meet'> => ({
  async meet(wanted, refs) {
    if (wanted.length === 0) return { people: [], candidates: [], messages: [] }
    return untilAllThere(wanted.length, async () => {
      await write(trx, insertMissing(wanted))
      const candidatesOfAll = lockCandidates(sql`contact_inboxes ci ${joinWanted(wanted)}`)
      const [people, candidates, messages] = await askTogether(trx, lockPeople(wanted), candidatesOfAll, there(refs))
      return { people, candidates: newestFirst(candidates), messages }
    })
  },
})
