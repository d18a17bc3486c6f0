import { expect, test } from 'vitest'
import { migrate } from '../../db/migrate.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { eventually } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { connectAccount, createVictim, openDatabase, post, webhookOf } from './support.ts'

test('without its database the server says 503 within about a second, lives, and never says 200', async () => {
  const server = await startPostgres(18)
  using folder = temporaryFolder()
  let gone = false
  try {
    const database = openDatabase(server.url)
    await migrate(database)
    await connectAccount(database)
    await database[Symbol.asyncDispose]()
    const victim = await createVictim(server.url, folder.path)
    await using program = await victim.start()
    const body = webhookOf([{ mid: 'before', contact: '1', at: Date.now() }])
    expect(await post(victim.port, body)).toBe(200)
    gone = true
    await server[Symbol.asyncDispose]()
    for (let n = 0; n < 5; n++) {
      const began = performance.now()
      expect(await post(victim.port, body)).toBe(503)
      expect(performance.now() - began).toBeLessThan(2_000)
    }
    const ready = await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${victim.port}/readyz`, { signal: AbortSignal.timeout(15_000) })
      return answer.status === 503 && answer.json()
    }, 'saying that it is not ready')
    expect(ready).toMatchObject({ checks: { database: { ok: false } } })
    expect((await fetch(`http://127.0.0.1:${victim.port}/livez`)).status).toBe(200)
    program.kill('SIGTERM')
    expect(await program.exited).toBe(0)
  } finally {
    if (!gone) await server[Symbol.asyncDispose]()
  }
})
