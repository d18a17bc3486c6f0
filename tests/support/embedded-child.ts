/**
 * A process that does as its standard input says, one command a line, and answers each with one line of JSON:
 * `take DIR` and `release` for the lock alone, `open DIR` and `insert NAME` for the database; `hesitate` see below.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createInterface } from 'node:readline'
import type { Database } from '#adapters/postgres/database.ts'
import { openEmbedded } from '#adapters/postgres/embedded.ts'
import { takeLock } from '#adapters/postgres/embedded-lock.ts'
import { migrate } from '../../db/migrate.ts'

const held: { release?: () => void; database?: Database } = {}

/** From now on each step on the file system takes a moment of random length, so that racing processes meet between any two steps. */
const hesitate = (): void => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (const name of ['linkSync', 'readFileSync', 'renameSync', 'rmSync'] as const) {
    const original = fs[name]
    const slow = (...parameters: unknown[]): unknown => {
      Atomics.wait(cell, 0, 0, Math.random() * 3)
      return Reflect.apply(original, fs, parameters)
    }
    Reflect.set(fs, name, slow)
  }
  syncBuiltinESMExports()
}

const commands: Readonly<Record<string, (argument: string) => Promise<unknown>>> = {
  hesitate: async () => hesitate(),
  async take(dir) {
    held.release = await takeLock(dir)
  },
  async release() {
    held.release?.()
  },
  async open(dir) {
    held.database = await openEmbedded({ dir, onError: console.error })
    await migrate(held.database)
  },
  insert: async (name) => held.database?.kysely.insertInto('accounts').values({ name, created_at: new Date() }).execute(),
}

const answer = async (line: string): Promise<object> => {
  const [command = '', argument = ''] = line.split(' ')
  try {
    await commands[command]?.(argument)
    return { ok: true }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

console.log(JSON.stringify({ ok: true }))
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await answer(line)))
process.exit()
