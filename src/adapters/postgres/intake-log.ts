import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import { createGroupCommit } from '#adapters/postgres/group-commit.ts'
import { seconds, storableJson } from '#adapters/postgres/storable.ts'
import { createWake } from '#adapters/postgres/wakes.ts'
import type { Arrival, IntakeLog } from '#application/ports/intake.ts'
import { joined } from '#domain/shared/bytes.ts'
import type { Duration } from '#domain/shared/instant.ts'

/** Notified when requests were stored, with the id of the database as the process sees it that stored them. */
export const intakeChannel = 'dovecote_intake'

/** Our own process is woken at once, and others need not hear of every write under load, ms. */
const wakeEvery = 20

const requestOf = ({ channel, body, receivedAt }: Arrival) => ({ channel, size: body.length, receivedAt })

/** One row for them all: nothing is cheaper to commit, and whoever reads it later has the time to take it apart.
 *  One parameter of bytes goes over as it is; an array of them would go as text, twice as long. */
const insertAll = (arrivals: readonly Arrival[]) => sql`
  insert into intake_arrivals (received_at, count, requests, bodies) values (
    to_timestamp(${seconds(Math.min(...arrivals.map(({ receivedAt }) => receivedAt)))}::float8), ${arrivals.length}::integer,
    ${storableJson(arrivals.map(requestOf))}::text::jsonb, ${joined(arrivals.map(({ body }) => body))}::bytea)`

export interface IntakeLogOptions {
  readonly database: Database
  /** Requests in one write, at most. */
  readonly maxBatch?: number
  /** Writes side by side: while the disk is busy with one, the next is made ready. */
  readonly maxInFlight?: number
  /** How long an append may take before it is given up. */
  readonly timeoutMs?: Duration
}

/** Appends that come while a write is under way are written together by the next one, in one statement and one commit. */
export const createIntakeLog = ({ database, maxBatch = 256, timeoutMs = 1000, ...rest }: IntakeLogOptions): IntakeLog => {
  const maxInFlight = rest.maxInFlight ?? Math.min(2, database.connections)
  const wakeOthers = createWake(database, intakeChannel, wakeEvery)
  const write = async (arrivals: readonly Arrival[]): Promise<readonly PromiseSettledResult<unknown>[]> => {
    const [written] = await Promise.allSettled([insertAll(arrivals).execute(database.kysely)])
    if (written.status === 'fulfilled') wakeOthers([database.id])
    return arrivals.map(() => written)
  }
  return createGroupCommit({ write, maxBatch, maxInFlight, timeoutMs })
}
