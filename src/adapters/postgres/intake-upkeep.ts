import { type RawBuilder, sql, type Transaction } from 'kysely'
import { lanesOf, lockLanes } from '#adapters/postgres/lanes-of-people.ts'
import { recordset, storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at } from '#adapters/postgres/values.ts'
import type { IntakeQueue, IntakeSelection, KeptComment } from '#application/ports/intake.ts'

const selected = (selection: IntakeSelection): RawBuilder<unknown> => {
  if ('ids' in selection) return sql`id = any(${[...selection.ids]}::bigint[])`
  const { since, until, state } = selection
  const conditions = [sql`true`]
  if (since !== undefined) conditions.push(sql`received_at >= ${at(since)}`)
  if (until !== undefined) conditions.push(sql`received_at < ${at(until)}`)
  if (state !== undefined) conditions.push(sql`state = ${sql.lit(state)}`)
  return sql.join(conditions, sql` and `)
}

type Forgetting = Pick<IntakeQueue, 'forget' | 'body' | 'rewriteBody'>

/** An event that names nobody is about whom its payload names. JSON inside JSON has a backslash before its quotes. */
const isAbout = sql`s.channel = w.channel and (
  (s.account_key = w.account_key and s.contact_key = w.contact_key)
  or (s.contact_key = '' and s.account_key in (w.account_key, '') and strpos(s.payload::text, '"' || w.contact_key) > 0)
)`

const forgetting = (trx: Transaction<Tables>): Forgetting => ({
  async forget(people, { after, until, limit }) {
    const keys = lanesOf(people)
    await lockLanes(trx, keys)
    const { rows } = await sql<{ read: number | null; bodies: readonly string[] }>`
      with span as materialized (
        select * from intake_events where id > ${after} and id <= ${until} order by id limit ${limit}
      ),
      gone as (
        delete from intake_events where id in (
          select s.id from span s join json_to_recordset(${recordset(keys)}) as w(channel text, account_key text, contact_key text) on ${isAbout}
        ) returning body_id
      )
      select (select max(id) from span) as read,
        (select coalesce(json_agg(distinct body_id) filter (where body_id is not null), '[]') from gone) as bodies`.execute(trx)
    return rows[0] ?? { read: null, bodies: [] }
  },

  async body(id) {
    const { rows } = await sql<{ body: Uint8Array }>`select body from intake_bodies where id = ${id}`.execute(trx)
    return rows[0]?.body
  },

  async rewriteBody(id, body) {
    await (body === null
      ? sql`delete from intake_bodies where id = ${id}`
      : sql`update intake_bodies set body = ${body} where id = ${id}`
    ).execute(trx)
  },
})

/** What keeps the log in order, beside the processor's own work. */
export const createUpkeep = (
  trx: Transaction<Tables>,
): Pick<IntakeQueue, 'comment' | 'replay' | 'retryWaiting' | 'giveUpWaiting' | 'prune' | 'erase' | keyof Forgetting> => {
  const count = async (statement: RawBuilder<unknown>): Promise<number> => Number((await statement.execute(trx)).numAffectedRows ?? 0)
  return {
    async comment(channel, accountKey, externalId) {
      const { rows } = await sql<KeptComment>`
        select contact_key as "contactKey", payload ->> 'username' as username, occurred_at as "occurredAt" from intake_events
        where kind = 'comment-received' and channel = ${channel} and account_key = ${storableText(accountKey)}
          and payload ->> 'externalId' = ${storableText(externalId)} order by id limit 1`.execute(trx)
      return rows[0]
    },

    replay: (selection) =>
      count(sql`
        update intake_events set state = 'pending', reason = null, awaits = null, attempts = 0, due_at = null
        where state <> 'pending' and ${selected(selection)}`),

    retryWaiting: (since) =>
      count(sql`
        update intake_events set state = 'pending', reason = null, awaits = null, due_at = null
        where awaits is not null and received_at >= ${at(since)}`),

    giveUpWaiting: (before, limit) =>
      count(sql`
        update intake_events set awaits = null, reason = 'message.never_came' where id in (
          select id from intake_events where awaits like 'message:%' and received_at < ${at(before)} limit ${limit}
        )`),

    async erase(channel, accountKey, limit) {
      const { rows } = await sql<{ count: number }>`
        with gone as (
          delete from intake_events where id in (
            select id from intake_events where channel = ${channel} and account_key = ${accountKey} limit ${limit}
          ) returning body_id
        ),
        bodies as (delete from intake_bodies where id in (select body_id from gone))
        select count(*) as count from gone`.execute(trx)
      return rows[0]?.count ?? 0
    },

    ...forgetting(trx),

    async prune(before, limit) {
      const bodies = await count(sql`
        delete from intake_bodies where id in (select id from intake_bodies where received_at < ${at(before)} limit ${limit})`)
      const events = await count(sql`
        delete from intake_events where id in (
          select id from intake_events where state = 'done' and received_at < ${at(before)} limit ${limit}
        )`)
      return bodies + events
    },
  }
}
