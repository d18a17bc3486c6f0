import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import { openPostgres } from '#adapters/postgres/database.ts'

const day = 86_400_000

/** What time does to the tokens of a system, and its scheduled job, when the test says so. */
export const openTokens = async (databaseUrl: string) => {
  const database = openPostgres({ url: databaseUrl, poolSize: 2, onError: () => {} })
  const boss = new PgBoss({ ...database.jobs, migrate: false, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  return {
    kysely: database.kysely,
    /** Makes an inbox's token so many days older than it is, as far as Dovecote knows. */
    async age(inboxId: number, days: number): Promise<void> {
      await sql`
        update credentials set issued_at = issued_at - ${days}::integer * interval '1 day', expires_at = expires_at - ${days}::integer * interval '1 day',
          refresh_at = refresh_at - ${days}::integer * interval '1 day' where inbox_id = ${inboxId}`.execute(database.kysely)
    },
    /** Makes a refresh that waits for its next try due. */
    async hurry(inboxId: number): Promise<void> {
      await sql`update credentials set refresh_at = now() where inbox_id = ${inboxId} and refresh_at is not null`.execute(database.kysely)
    },
    /** Runs the scheduled job, which a server's workers take. */
    refreshDue: () => boss.send('refresh-credentials', {}, { startAfter: new Date(Date.now() - day) }),
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false })
      await database[Symbol.asyncDispose]()
    },
  }
}
