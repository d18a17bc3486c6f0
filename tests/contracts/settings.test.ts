import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { createSettings, settingsChannel } from '#adapters/postgres/settings.ts'
import type { SettingSpec } from '#application/ports/settings.ts'
import type { Vault } from '#application/ports/vault.ts'
import { testDatabases } from '../support/databases.ts'
import { noon } from './scenario.ts'

const specs: readonly SettingSpec[] = [
  { name: 'APP_ID', kind: 'plain', about: 'Plain.' },
  { name: 'APP_SECRET', kind: 'secret', about: 'Secret.' },
  { name: 'API_VERSION', kind: 'plain', default: 'v25.0', about: 'With a default.' },
  { name: 'GRAPH_URL', kind: 'endpoint', default: 'https://graph.example', about: 'Never stored.' },
]

/** Seals so that a test can see that, and to what, something was sealed. */
const vault: Vault = {
  seal: async (plain, context) => `sealed(${context}):${plain.toUpperCase()}`,
  async open(envelope, context) {
    const prefix = `sealed(${context}):`
    if (!envelope.startsWith(prefix)) throw new Error('Another context.')
    return envelope.slice(prefix.length).toLowerCase()
  },
  sealingKey: 'test',
  reseal: async () => ({ is: 'current' }),
}

describe.each(testDatabases())('settings: $name', ({ open }) => {
  let database: Database
  let now = noon
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.kysely.deleteFrom('global_config').execute()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const settings = (initial: Record<string, string>) =>
    createSettings({ database, vault, specs, initial: new Map(Object.entries(initial)), clock: { now: () => now } })
  const store = (name: string, value: string) =>
    database.kysely
      .insertInto('global_config')
      .values({ name, value, updated_at: new Date(noon) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, sealed: null }))
      .execute()

  test('are what is stored, else what the environment gave, else the default', async () => {
    expect(await settings({}).read()).toEqual(
      new Map([
        ['API_VERSION', 'v25.0'],
        ['GRAPH_URL', 'https://graph.example'],
      ]),
    )
    await store('APP_ID', 'stored')
    await store('UNKNOWN', 'nobody asked')
    expect(await settings({ APP_ID: 'given', API_VERSION: 'v24.0' }).read()).toEqual(
      new Map([
        ['APP_ID', 'stored'],
        ['API_VERSION', 'v24.0'],
        ['GRAPH_URL', 'https://graph.example'],
      ]),
    )
  })

  test('that the environment gave are stored once, secrets sealed, endpoints not at all', async () => {
    await store('API_VERSION', 'v23.0')
    const first = settings({ APP_ID: 'one', APP_SECRET: 'hush', API_VERSION: 'v24.0', GRAPH_URL: 'http://localhost' })
    await first.seed()
    await settings({ APP_ID: 'two', APP_SECRET: 'other' }).seed()
    const rows = await database.kysely.selectFrom('global_config').select(['name', 'value', 'sealed']).orderBy('name').execute()
    expect(rows).toEqual([
      { name: 'API_VERSION', value: 'v23.0', sealed: null },
      { name: 'APP_ID', value: 'one', sealed: null },
      { name: 'APP_SECRET', value: null, sealed: 'sealed(setting:APP_SECRET):HUSH' },
    ])
    expect((await settings({}).read()).get('APP_SECRET')).toBe('hush')
    expect((await first.read()).get('GRAPH_URL')).toBe('http://localhost')
  })

  test('that are written count at once where they were written, secrets sealed; an empty one is none, whatever the environment gave', async () => {
    const subject = settings({ APP_ID: 'given', APP_SECRET: 'hush' })
    await subject.seed()
    expect((await subject.read()).get('APP_ID')).toBe('given')
    await subject.write(
      new Map([
        ['APP_ID', 'changed'],
        ['APP_SECRET', 'changed too'],
        ['API_VERSION', 'v1.0'],
      ]),
    )
    const values = await subject.read()
    expect(['APP_ID', 'APP_SECRET', 'API_VERSION'].map((name) => values.get(name))).toEqual(['changed', 'changed too', 'v1.0'])
    const rows = await database.kysely.selectFrom('global_config').select(['name', 'value', 'sealed']).orderBy('name').execute()
    expect(rows[2]).toEqual({ name: 'APP_SECRET', value: null, sealed: 'sealed(setting:APP_SECRET):CHANGED TOO' })
    await subject.write(
      new Map([
        ['APP_ID', ''],
        ['APP_SECRET', ''],
        ['API_VERSION', ''],
      ]),
    )
    await subject.seed()
    expect(await subject.read()).toEqual(
      new Map([
        ['API_VERSION', 'v25.0'],
        ['GRAPH_URL', 'https://graph.example'],
      ]),
    )
    await subject.write(new Map())
  })

  test('that another wrote are read by who hears of it', async () => {
    const [writer, reader] = [settings({}), settings({})]
    const heard = Promise.withResolvers<void>()
    const stop = await database.listen(settingsChannel, () => {
      reader.forget()
      heard.resolve()
    })
    expect((await reader.read()).get('APP_ID')).toBeUndefined()
    await writer.write(new Map([['APP_ID', 'new']]))
    await heard.promise
    expect((await reader.read()).get('APP_ID')).toBe('new')
    await stop()
  })

  test('are read again when they are a second old', async () => {
    const subject = settings({})
    expect((await subject.read()).get('APP_ID')).toBeUndefined()
    await store('APP_ID', 'new')
    now += 999
    expect((await subject.read()).get('APP_ID')).toBeUndefined()
    now += 1
    expect((await subject.read()).get('APP_ID')).toBe('new')
  })

  test('that cannot be opened are an error each time, not a gap', async () => {
    const row = { name: 'APP_SECRET', sealed: 'sealed(setting:OTHER):X', updated_at: new Date(noon) }
    await database.kysely.insertInto('global_config').values(row).execute()
    const subject = settings({})
    await expect(subject.read()).rejects.toThrow('Another context.')
    await expect(subject.read()).rejects.toThrow('Another context.')
    await store('APP_SECRET', 'mended')
    expect((await subject.read()).get('APP_SECRET')).toBe('mended')
  })
})
