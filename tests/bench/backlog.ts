import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Contestant } from './children.ts'

/** Looks at what waits in ours. */
export interface Backlog {
  /** Acknowledged requests that nobody has read, and events that are not applied yet. */
  pending(): Promise<number>
  /** Jobs that wait or run. */
  jobs(): Promise<number>
  /** Jobs that nobody is to run any more, so that rounds do not disturb each other. */
  dropJobs(): Promise<void>
}

const waitingJobs = `from pgboss.job where state < 'completed'`

/** Of a server on PostgreSQL, past the server itself. */
export const openBacklog = async (url: string): Promise<Backlog & AsyncDisposable> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const count = async (query: string, more = '0'): Promise<number> =>
    Number((await client.query(`select count(*) + ${more} as n ${query}`)).rows[0].n)
  return {
    pending: () => count(`from intake_events where state = 'pending'`, '(select coalesce(sum(count), 0) from intake_arrivals)'),
    jobs: () => count(waitingJobs),
    async dropJobs() {
      await client.query(`delete ${waitingJobs} and name = 'fetch-profile'`)
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

/** Of a server whose database only it can reach, as its readiness tells. */
export const readinessBacklog = ({ url }: Contestant): Pick<Backlog, 'pending'> => ({
  async pending() {
    const answer = await fetch(`${url}/readyz`)
    const { checks }: { checks: { intake?: { detail: string } } } = await answer.json()
    return Number(/^\d+/.exec(checks.intake?.detail ?? '')?.[0] ?? Number.NaN)
  },
})

/** How many seconds until `count` is 0, up to `limit`. */
export const secondsUntilNone = async (count: () => Promise<number>, limit: number): Promise<number> => {
  const startedAt = performance.now()
  const passed = (): number => (performance.now() - startedAt) / 1000
  while ((await count()) > 0 && passed() < limit) await delay(50)
  return passed()
}
