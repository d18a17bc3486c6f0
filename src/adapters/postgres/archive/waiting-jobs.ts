import { type RawBuilder, sql, type Transaction } from 'kysely'
import { fromKysely, type JobInsert, PgBoss } from 'pg-boss'
import type { Tables } from '#adapters/postgres/tables.ts'

/** The name of the jobs among the tables of an archive. */
export const waitingJobs = 'waiting jobs'

export const waitingJobColumns = ['id', 'name', 'data', 'singleton_key', 'start_after', 'priority', 'tries'] as const

/**
 * What is to be done still, in the job library's words of today: its tables may look different in its next version. A job that is at
 * work counts as waiting, because whoever works on it does not work on the copy; of one key one job waits.
 */
export const waitingJobRows: RawBuilder<{ readonly row: string }> = sql`
  select to_json(array[id::text, name, data::text, singleton_key, date_trunc('milliseconds', start_after)::text, priority::text,
    greatest(retry_limit - retry_count, 0)::text])::text as row
  from (
    select distinct on (name, coalesce(singleton_key, id::text)) * from pgboss.job
    where state in ('created', 'retry', 'active') and name not like '\\_\\_pgboss\\_\\_%'
    order by name, coalesce(singleton_key, id::text), state, id
  ) j order by j.id`

type Text = string | null

/** Puts rows of `waitingJobRows` into the queues. */
export const insertWaitingJobs = async (trx: Transaction<Tables>, rows: readonly string[]): Promise<void> => {
  const boss = new PgBoss({ db: fromKysely(trx), supervise: false, schedule: false, migrate: false })
  const jobs = rows.map((row): { readonly name: string; readonly job: JobInsert } => {
    const [id, name, data, singletonKey, startAfter, priority, tries] = JSON.parse(row) as readonly Text[]
    const job = {
      id: id ?? '',
      data: JSON.parse(data ?? 'null'),
      startAfter: startAfter ?? '',
      priority: Number(priority),
      retryLimit: Number(tries),
    }
    return { name: name ?? '', job: singletonKey === null || singletonKey === undefined ? job : { ...job, singletonKey } }
  })
  for (const [name, group] of Map.groupBy(jobs, (each) => each.name)) {
    await boss.insert(
      name,
      group.map(({ job }) => job),
    )
  }
}
