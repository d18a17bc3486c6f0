import type { Transaction } from 'kysely'
import { fromKysely, type JobInsert, PgBoss } from 'pg-boss'
import type { JobsDatabase } from '#adapters/postgres/database.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { unanswered } from '#adapters/postgres/unanswered.ts'
import { wakeFor } from '#adapters/postgres/wakes.ts'
import type { Job } from '#application/jobs.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { JobQueue } from '#application/ports/unit-of-work.ts'

/** `due` hears of the wakes that are to be told once the transaction commits. */
export type OpenJobQueue = (trx: Transaction<Tables>, due: Set<string>) => HeldJobs

/** Jobs that are written when the transaction has done everything else. */
export interface HeldJobs extends JobQueue {
  write(): Promise<void>
  /** It is over: whoever asks for more is told so. */
  close(): void
}

type JobsDb = JobsDatabase['db']
type Rows = Awaited<ReturnType<JobsDb['executeSql']>>

/**
 * pg-boss reads a queue's settings before it inserts, and an instance that lives for one transaction would ask every time.
 * They change only with a deployment, so the answer is remembered. A queue that is not there yet is asked for again. Nobody waits
 * for the insert.
 */
const remembering = (db: JobsDb, remembered: Map<string, Rows>): JobsDb => ({
  async executeSql(text, values) {
    if (!/^\s*select\b/i.test(text)) return db.executeSql(unanswered + text, values)
    const question = JSON.stringify([text, values])
    const known = remembered.get(question)
    if (known !== undefined) return known
    const answer = await db.executeSql(text, values)
    if (answer.rows.length > 0) remembered.set(question, answer)
    return answer
  },
})

/**
 * Jobs of one name, key and time that still wait are one job: the queues' policy is `short`, which is unique by `singletonKey`
 * among those not yet begun. The time is part of it, or a job that waits for later would swallow one that is due now.
 */
const toInsert = (job: Job, ids: Ids): JobInsert => ({
  id: ids.next(),
  data: job.payload,
  singletonKey: job.at === undefined ? job.key : `${job.key}@${job.at}`,
  ...(job.at === undefined ? {} : { startAfter: new Date(job.at) }),
})

/**
 * Bound to one transaction, so that even pg-boss's own look-ups stay on its connection: on another, a pool of one would wait forever.
 * Whoever writes a job that another transaction is writing waits for that one to end: so jobs come last, when nothing is locked after
 * them.
 */
export const createJobQueues = (ids: Ids): OpenJobQueue => {
  const remembered = new Map<string, Rows>()
  return (trx, due) => {
    const held: Job[] = []
    let isClosed = false
    const insert = async (boss: PgBoss, name: Job['name'], group: readonly Job[]): Promise<void> => {
      await boss.insert(
        name,
        group.map((job) => toInsert(job, ids)),
      )
      for (const { at } of group) {
        const wake = wakeFor(name, at, Date.now())
        if (wake !== undefined) due.add(wake)
      }
    }
    return {
      async enqueue(jobs) {
        if (isClosed) throw new Error('The transaction is over.')
        held.push(...jobs)
      },
      async write() {
        if (held.length === 0) return
        const db = remembering(fromKysely(trx), remembered)
        const boss = new PgBoss({ db, supervise: false, schedule: false, migrate: false })
        for (const [name, group] of Map.groupBy(held, (job) => job.name)) await insert(boss, name, group)
      },
      close() {
        isClosed = true
      },
    }
  }
}
