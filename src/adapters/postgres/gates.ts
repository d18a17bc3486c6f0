import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Gates } from '#application/ports/gates.ts'
import { type Gate, openGate } from '#domain/inbox/gate.ts'

interface Row {
  readonly key: string
  readonly failures: number
  readonly until: number | null
  readonly because: 'asked' | 'down' | null
}

const columns = sql`key, failures, shut_until as until, because`

const toGate = (row: Row | undefined): Gate => {
  if (!row) return openGate
  const { failures, until, because } = row
  return { failures, shut: until === null || because === null ? null : { until, because } }
}

export const createGates = (trx: Transaction<Tables>): Gates => ({
  async read(keys) {
    const { rows } = await sql<Row>`select ${columns} from gates where key = any(${[...keys]}::text[])`.execute(trx)
    return keys.map((key) => toGate(rows.find((row) => row.key === key)))
  },

  async lock(keys) {
    const gates: Gate[] = []
    for (const key of keys) {
      const { rows } = await sql<Row>`
        insert into gates (key, failures) values (${key}, 0) on conflict (key) do update set key = excluded.key
        returning ${columns}`.execute(trx)
      gates.push(toGate(rows[0]))
    }
    return gates
  },

  async save(key, { failures, shut }) {
    const changes = { failures, shut_until: shut && new Date(shut.until), because: shut?.because ?? null }
    await trx
      .insertInto('gates')
      .values({ key, ...changes })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(changes))
      .execute()
  },
})
