import { expect, test } from 'vitest'
import { migrate } from '../../db/migrate.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { eventually } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { connectAccount, createVictim, isFull, type Load, openDatabase, startLoad, storedMids, untilApplied } from './support.ts'

const kills = isFull ? 200 : 20
const restarts = isFull ? 20 : 3

/** Waits until more was acknowledged than before: the victim works, and is in the middle of it. */
const untilMore = async ({ acknowledged }: Load, more: number): Promise<void> => {
  const goal = acknowledged.length + more
  await eventually(async () => acknowledged.length >= goal, `${more} more acknowledgements`)
}

test(`kill -9 of the server under load, ${kills} times: nothing acknowledged is missing, nothing is doubled`, {
  timeout: isFull ? 1_800_000 : 240_000,
}, async () => {
  await using fresh = await freshPostgresUrl()
  await using database = openDatabase(fresh.url)
  using folder = temporaryFolder()
  await connectAccount(database)
  const victim = await createVictim(fresh.url, folder.path)
  const load = startLoad(victim.port)
  try {
    for (let n = 0; n < kills; n++) {
      await using program = await victim.start()
      await untilMore(load, 1 + ((n * 37) % 120))
      program.kill('SIGKILL')
      await program.exited
    }
  } finally {
    await load.stop()
  }
  await using _last = await victim.start()
  await untilApplied(database)
  const stored = await storedMids(database)
  expect(load.acknowledged.filter(({ mid }) => stored.get(mid) !== 1)).toEqual([])
  expect([...stored.values()].filter((n) => n !== 1)).toEqual([])
  expect(load.acknowledged.length).toBeGreaterThan(kills)
})

test(`PostgreSQL restarts at once, ${restarts} times: nothing is lost, the process lives, and is back within 5 s`, {
  timeout: isFull ? 900_000 : 180_000,
}, async () => {
  const server = await startPostgres(18)
  try {
    await using database = openDatabase(server.url)
    await migrate(database)
    await connectAccount(database)
    using folder = temporaryFolder()
    const victim = await createVictim(server.url, folder.path)
    await using program = await victim.start()
    const load = startLoad(victim.port)
    try {
      for (let n = 0; n < restarts; n++) {
        await untilMore(load, 50)
        await server.restart()
        const began = performance.now()
        await untilMore(load, 1)
        expect(performance.now() - began).toBeLessThan(5_000)
      }
    } finally {
      await load.stop()
    }
    await untilApplied(database)
    const stored = await storedMids(database)
    expect(load.acknowledged.filter(({ mid }) => stored.get(mid) !== 1)).toEqual([])
    program.kill('SIGTERM')
    expect(await program.exited).toBe(0)
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
