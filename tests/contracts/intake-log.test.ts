import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { createIntakeLog, intakeChannel } from '#adapters/postgres/intake-log.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import { testDatabases } from '../support/databases.ts'
import { fresh, noon } from './scenario.ts'

/** What the log promises beyond its contract: how it groups, wakes and gives up. */
describe.each(testDatabases())('intake log: $name', ({ name, open }) => {
  let database: Database
  let log: IntakeLog
  beforeAll(async () => {
    database = await open()
    log = createIntakeLog({ database })
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const request = (text: string) => ({ channel: 'instagram', body: new TextEncoder().encode(text), receivedAt: noon })
  const rows = async (key: string): Promise<string[]> => {
    const { rows } = await sql<{ text: string }>`select convert_from(bodies, 'UTF8') as text from intake_arrivals order by id`.execute(
      database.kysely,
    )
    return rows.map(({ text }) => text).filter((text) => text.includes(key))
  }

  test('writes what comes at once together', async () => {
    const key = fresh('many')
    const texts = Array.from({ length: 500 }, (_, n) => `${key} ${n};`)
    await Promise.all(texts.map((text) => log.append(request(text))))
    const written = await rows(key)
    expect(written.join('').split(';').filter(Boolean).toSorted()).toEqual(texts.map((text) => text.slice(0, -1)).toSorted())
    expect(written.length).toBeLessThan(50)
  })

  test('wakes who listens, who can tell whether the process was another one', async () => {
    const heard = vi.fn()
    const stop = await database.listen(intakeChannel, heard)
    await log.append(request(fresh('wake')))
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(database.id))
    await stop()
  })

  test.skipIf(name === 'pglite')('gives up in time while the database does not answer, and works again when it does', async () => {
    const hasty = createIntakeLog({ database, maxInFlight: 1, timeoutMs: 50 })
    const key = fresh('stalled')
    await database.kysely.transaction().execute(async (trx) => {
      await sql`lock table intake_arrivals in access exclusive mode`.execute(trx)
      const both = await Promise.allSettled([hasty.append(request(`${key} 1`)), hasty.append(request(`${key} 2`))])
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await expect(hasty.append(request(`${key} never begun`))).rejects.toThrow('50 ms')
    })
    await vi.waitFor(() => hasty.append(request(`${key} 3`)))
    expect((await rows(key)).join()).not.toContain('never begun')
  })
})
