import { sql, type Transaction } from 'kysely'
import { identity, insertMissing, lockPeople, untilAllThere } from '#adapters/postgres/contacts.ts'
import { lockCandidates, newestFirst } from '#adapters/postgres/conversations.ts'
import { askedFor } from '#adapters/postgres/messages.ts'
import { recordset } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { askTogether, write } from '#adapters/postgres/unanswered.ts'
import type { WantedContact } from '#application/ports/contacts.ts'
import type { IntakeQueue } from '#application/ports/intake.ts'
import type { ExternalRef } from '#application/ports/messages.ts'

const peopleOf = (wanted: readonly WantedContact[]) => sql`
  json_to_recordset(${recordset(wanted.map(identity))}) as w(account_id bigint, inbox_id bigint, source_id text)
  join contact_inboxes ci on ci.inbox_id = w.inbox_id and ci.source_id = w.source_id and ci.account_id = w.account_id`

const there = (messages: readonly ExternalRef[]) => sql<ExternalRef>`
  select a.inbox_id as "inboxId", a.external_id as "externalId"
  from json_to_recordset(${recordset(askedFor(messages))}) as a(inbox_id bigint, external_id text)
  where exists (select from message_parts p where p.inbox_id = a.inbox_id and p.external_id = a.external_id)`

/** People before their conversations, as everywhere. */
export const createMeeting = (trx: Transaction<Tables>): Pick<IntakeQueue, 'meet'> => ({
  async meet(wanted, refs) {
    if (wanted.length === 0) return { people: [], candidates: [], messages: [] }
    return untilAllThere(wanted.length, async () => {
      await write(trx, insertMissing(wanted))
      const [people, candidates, messages] = await askTogether(trx, lockPeople(wanted), lockCandidates(peopleOf(wanted)), there(refs))
      return { people, candidates: newestFirst(candidates), messages }
    })
  },
})
