import { sql, type Transaction } from 'kysely'
import { laneOf } from '#adapters/postgres/intake-store.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { KnownAs } from '#application/ports/erasures.ts'

/** Where a person's events stand in the intake log. */
export interface LaneOfPerson {
  readonly lane: number
  readonly channel: string
  readonly account_key: string
  readonly contact_key: string
}

export const lanesOf = (knownAs: readonly KnownAs[]): LaneOfPerson[] =>
  knownAs.flatMap(({ channel, accountKeys, contactKey }) =>
    accountKeys.map((accountKey) => ({
      lane: laneOf({ channel, accountKey, contactKey }),
      channel,
      account_key: accountKey,
      contact_key: contactKey,
    })),
  )

/** As whoever applies events does, so that nobody is in the middle of applying theirs. */
export const lockLanes = (trx: Transaction<Tables>, lanes: readonly LaneOfPerson[]) =>
  sql`select lane from intake_lanes where lane = any(${lanes.map(({ lane }) => lane)}::smallint[]) order by lane for update`.execute(trx)
