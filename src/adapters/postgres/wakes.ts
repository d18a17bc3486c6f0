import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'

/** NOTIFY on this channel names a queue in which a job is due, or with `@` behind it the time (epoch ms) at which one will be. */
export const jobsChannel = 'dovecote_jobs'

/** Jobs that are due later than this are left to the poll, ms. */
const wakeAhead = 120_000

/** Jobs that are due within so many ms are one wake. */
const grain = 50

/** What is to be told of a job; undefined where that is nothing. */
export const wakeFor = (queue: string, at: number | undefined, now: number): string | undefined => {
  if (at === undefined || at <= now) return queue
  return at - now > wakeAhead ? undefined : `${queue}@${Math.ceil(at / grain) * grain}`
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Wakes who listens to a channel, with many payloads in one statement; nobody waits for it. It comes after the commit, since transactions
 * with a NOTIFY of their own are committed one by one, each with its own wait for the disk. A wake that is lost costs the time until the
 * next poll. `every`: at most once in so many ms.
 */
export const createWake = ({ kysely }: Pick<Database, 'kysely'>, channel: string, every = 0): ((payloads: Iterable<string>) => void) => {
  const wanted = new Set<string>()
  let isBusy = false

  const tellAll = async (): Promise<void> => {
    isBusy = true
    while (wanted.size > 0) {
      const payloads = [...wanted]
      wanted.clear()
      await sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) p(payload)`.execute(kysely).catch(() => {})
      if (every > 0) await pause(every)
    }
    isBusy = false
  }

  return (payloads) => {
    for (const payload of payloads) wanted.add(payload)
    if (!isBusy && wanted.size > 0) void tellAll()
  }
}
