import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { at } from '#adapters/postgres/values.ts'
import { testDatabases } from '../support/databases.ts'

const moment = Date.UTC(2025, 2, 30, 1, 30, 15, 123)

describe.each(testDatabases())('$name', ({ open }) => {
  const evaluate = async ({ kysely }: Database, expression: string): Promise<unknown> => {
    const { rows } = await sql<{ value: unknown }>`select ${sql.raw(expression)} as value`.execute(kysely)
    return rows[0]?.value
  }

  test('reads every type as the same JavaScript value', async () => {
    await using database = await open()
    const cases: readonly (readonly [string, unknown])[] = [
      ['9007199254740991::int8', 9007199254740991],
      ['(-5)::int8', -5],
      ['array[1, null, 9007199254740991]::int8[]', [1, null, 9007199254740991]],
      ['count(*)', 1],
      ['7::int2', 7],
      ['1.5::float8', 1.5],
      ['1.50::numeric', '1.50'],
      ["'2025-03-30T01:30:15.123Z'::timestamptz", moment],
      ["'2025-03-30T03:30:15.123999+02'::timestamptz", moment],
      ["'2025-03-30T07:15:15.1234+05:45'::timestamptz", moment],
      ["'1969-12-31T23:59:59.5Z'::timestamptz", -500],
      ["'infinity'::timestamptz", Number.POSITIVE_INFINITY],
      ["array['1970-01-01T00:00:01Z', null]::timestamptz[]", [1000, null]],
      [`'{"a": [1, null, "é"]}'::jsonb`, { a: [1, null, 'é'] }],
      [`'"text"'::jsonb`, 'text'],
      [`'[1, 2]'::json`, [1, 2]],
      ["'\\x00ff10'::bytea", new Uint8Array([0, 255, 16])],
      ["''::bytea", new Uint8Array()],
      ["array['\\x00ff'::bytea]", [new Uint8Array([0, 255])]],
      [`array['a', 'b c', 'd"e', null]`, ['a', 'b c', 'd"e', null]],
      ['true', true],
      ['null::int8', null],
      ["'0198c0de-0000-7000-8000-000000000001'::uuid", '0198c0de-0000-7000-8000-000000000001'],
    ]
    for (const [expression, value] of cases) expect(await evaluate(database, expression), expression).toStrictEqual(value)
  })

  test('bytes are ours alone, not a view of a shared buffer', async () => {
    await using database = await open()
    const bytes = await evaluate(database, "'\\x0102'::bytea")
    expect(bytes).toBeInstanceOf(Uint8Array)
    expect((bytes as Uint8Array).buffer.byteLength).toBe(2)
  })

  test('a row comes back as it was written', async () => {
    await using database = await open()
    const { kysely } = database
    const body = new Uint8Array([1, 0, 255])
    const id = '0198c0de-0000-7000-8000-000000000002'
    await kysely
      .insertInto('intake_bodies')
      .values({ id, channel: 'api', body, received_at: new Date(moment) })
      .execute()
    expect(await kysely.selectFrom('intake_bodies').selectAll().execute()).toStrictEqual([
      { id, channel: 'api', body, received_at: moment },
    ])

    const account = { name: 'Ação', created_at: new Date(moment).toISOString(), custom_attributes: JSON.stringify(['a', { b: null }]) }
    const added = await kysely.insertInto('accounts').values(account).returningAll().executeTakeFirstOrThrow()
    expect(added).toMatchObject({ id: 1, name: 'Ação', status: 'active', created_at: moment, custom_attributes: ['a', { b: null }] })
  })

  test('arrays are parameters', async () => {
    await using database = await open()
    const texts = [`{"a":"it's \\"so\\""}`, '[]']
    const { rows } = await sql<object>`
      select * from unnest(${texts}::jsonb[], ${[new Date(moment), null]}::timestamptz[], ${[new Uint8Array([7]), new Uint8Array()]}::bytea[], ${[1, 2]}::int8[])
        as t (json, time, bytes, number)`.execute(database.kysely)
    expect(rows).toStrictEqual([
      { json: { a: `it's "so"` }, time: moment, bytes: new Uint8Array([7]), number: 1 },
      { json: [], time: null, bytes: new Uint8Array(), number: 2 },
    ])
  })

  test('a timestamp is compared with at(…)', async () => {
    await using database = await open()
    const { kysely } = database
    await kysely
      .insertInto('used_state_tokens')
      .values({ id: 'a', expires_at: new Date(moment) })
      .execute()
    const expired = (now: number) => kysely.selectFrom('used_state_tokens').select('id').where('expires_at', '<=', at(now)).execute()
    expect(await expired(moment)).toEqual([{ id: 'a' }])
    expect(await expired(moment - 1)).toEqual([])
  })
})
