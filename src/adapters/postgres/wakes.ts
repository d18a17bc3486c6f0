import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'

/** NOTIFY on this channel names a queue in which a job is due. */
export const jobsChannel = 'dovecote_jobs'

/**
 * Wakes the workers of queues, many with one statement; nobody waits for it. It comes after the commit, since transactions with a NOTIFY
 * of their own are committed one by one, each with its own wait for the disk. A wake that is lost costs the time until the next poll.
 */
export const createWake = ({ kysely }: Pick<Database, 'kysely'>): ((queues: Iterable<string>) => void) => {
  const wanted = new Set<string>()
  let isBusy = false

  const tellAll = async (): Promise<void> => {
    isBusy = true
    while (wanted.size > 0) {
      const names = [...wanted]
      wanted.clear()
      await sql`select pg_notify(${jobsChannel}, name) from unnest(${names}::text[]) n(name)`.execute(kysely).catch(() => {})
    }
    isBusy = false
  }

  return (queues) => {
    for (const queue of queues) wanted.add(queue)
    if (!isBusy && wanted.size > 0) void tellAll()
  }
}
