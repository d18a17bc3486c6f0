import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { createIntakeLog, intakeChannel } from '#adapters/postgres/intake-log.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import { testDatabases } from '../support/databases.ts'
import { body, event } from './intake.contract.ts'
import { fresh, noon } from './scenario.ts'

/** What the log promises beyond its contract: how it groups, wakes and gives up. */
describe.each(testDatabases())('intake log: $name', ({ name, open }) => {
  let database: Database
  let log: IntakeLog
  beforeAll(async () => {
    database = await open()
    log = createIntakeLog({ database, ids: createIds() })
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const entry = (dedupeKey: string, channel = 'instagram') => ({
    channel,
    body,
    receivedAt: noon,
    events: [{ ...event('ada'), dedupeKey }],
  })
  const stored = (key: string) =>
    database.kysely.selectFrom('intake_events').select('dedupe_key').where('dedupe_key', 'like', `${key}%`).orderBy('id').execute()

  test('stores what comes at once, each once', async () => {
    const key = fresh('many')
    const keys = Array.from({ length: 500 }, (_, n) => `${key} ${n}`)
    await Promise.all(keys.map((each) => log.append(entry(each))))
    expect((await stored(key)).map(({ dedupe_key }) => dedupe_key).sort()).toEqual(keys.sort())
  })

  test('numbers what comes one after the other in that order', async () => {
    const key = fresh('sequence')
    const keys = Array.from({ length: 20 }, (_, n) => `${key} ${n}`)
    for (const each of keys) await log.append(entry(each))
    expect((await stored(key)).map(({ dedupe_key }) => dedupe_key)).toEqual(keys)
  })

  test('keeps the exact bytes, with or without events', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
    const channel = fresh('bytes')
    await log.append({ channel, body: bytes, receivedAt: noon, events: [] })
    const row = await database.kysely.selectFrom('intake_bodies').selectAll().where('channel', '=', channel).executeTakeFirstOrThrow()
    expect(row).toMatchObject({ body: bytes, received_at: noon })
  })

  test('wakes who listens', async () => {
    const heard = vi.fn()
    const stop = await database.listen(intakeChannel, heard)
    await log.append(entry(fresh('wake')))
    await vi.waitFor(() => expect(heard).toHaveBeenCalled())
    await stop()
  })

  test('one entry that cannot be stored fails alone', async () => {
    const key = fresh('neighbour')
    const results = await Promise.allSettled([log.append(entry(key)), log.append(entry(key, 'bad\0')), log.append(entry(key))])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await stored(key)).toHaveLength(2)
  })

  test.skipIf(name === 'pglite')('gives up in time while the database does not answer, and works again when it does', async () => {
    const hasty = createIntakeLog({ database, ids: createIds(), maxInFlight: 1, timeoutMs: 50 })
    const key = fresh('stalled')
    await database.kysely.transaction().execute(async (trx) => {
      await sql`lock table intake_bodies in access exclusive mode`.execute(trx)
      const both = await Promise.allSettled([hasty.append(entry(`${key} 1`)), hasty.append(entry(`${key} 2`))])
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await expect(hasty.append(entry(`${key} never begun`))).rejects.toThrow('50 ms')
    })
    await vi.waitFor(() => hasty.append(entry(`${key} 3`)))
    expect((await stored(key)).map(({ dedupe_key }) => dedupe_key)).not.toContain(`${key} never begun`)
  })
})
