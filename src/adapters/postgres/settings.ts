import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import type { Clock } from '#application/ports/clock.ts'
import { type SettingSpec, type Settings, type SettingsStore, settingContext } from '#application/ports/settings.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { Duration } from '#domain/shared/instant.ts'

export interface SettingsOptions {
  readonly database: Database
  readonly vault: Vault
  readonly specs: readonly SettingSpec[]
  /** What the environment gave, by name. */
  readonly initial: ReadonlyMap<string, string>
  readonly clock: Clock
  /** How old an answer of `read` may be. */
  readonly maxAgeMs?: Duration
}

/** NOTIFY on this channel says that a setting was changed. */
export const settingsChannel = 'dovecote_settings'

export interface StoredSettings extends Settings, SettingsStore {
  /** The next `read` looks into the database, however young the last answer is. */
  forget(): void
  /** Stores what the environment gave and nobody has stored yet. Endpoints are never stored. */
  seed(): Promise<void>
}

type Values = ReadonlyMap<string, string>

const opened = async (vault: Vault, { name, value, sealed }: { name: string; value: string | null; sealed: string | null }) =>
  [name, sealed === null ? value : await vault.open(sealed, settingContext(name))] as const

export const createSettings = ({ database, vault, specs, initial, clock, maxAgeMs = 1000 }: SettingsOptions): StoredSettings => {
  let cached: { readonly at: number; readonly values: Promise<Values> } | undefined

  const stored = async (): Promise<ReadonlyMap<string, string | null>> => {
    const names = specs.filter(({ kind }) => kind !== 'endpoint').map(({ name }) => name)
    if (names.length === 0) return new Map()
    const rows = await database.kysely.selectFrom('global_config').select(['name', 'value', 'sealed']).where('name', 'in', names).execute()
    return new Map(await Promise.all(rows.map((row) => opened(vault, row))))
  }

  const load = async (): Promise<Values> => {
    const kept = await stored()
    const values = specs.map(({ name, default: preset }) => [name, (kept.get(name) ?? initial.get(name)) || preset] as const)
    return new Map(values.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
  }

  const rowOf = async (name: string, value: string) => {
    const isSecret = value !== '' && specs.some((spec) => spec.name === name && spec.kind === 'secret')
    const form = isSecret ? { value: null, sealed: await vault.seal(value, settingContext(name)) } : { value, sealed: null }
    return { name, ...form, updated_at: new Date(clock.now()) }
  }

  const forget = (): void => {
    cached = undefined
  }

  return {
    forget,

    async write(values) {
      const rows = await Promise.all([...values].map(([name, value]) => rowOf(name, value)))
      if (rows.length === 0) return
      await database.kysely.transaction().execute(async (trx) => {
        for (const { name, ...changes } of rows) {
          await trx
            .insertInto('global_config')
            .values({ name, ...changes })
            .onConflict((conflict) => conflict.column('name').doUpdateSet(changes))
            .execute()
        }
        await sql`select pg_notify(${settingsChannel}, '')`.execute(trx)
      })
      forget()
    },

    async read() {
      const now = clock.now()
      if (cached === undefined || now - cached.at >= maxAgeMs) cached = { at: now, values: load() }
      const current = cached
      return current.values.catch((cause: unknown) => {
        if (cached === current) cached = undefined
        throw cause
      })
    },

    async seed() {
      for (const { name, kind } of specs) {
        const value = initial.get(name)
        if (value === undefined || kind === 'endpoint') continue
        await database.kysely
          .insertInto('global_config')
          .values(await rowOf(name, value))
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute()
      }
      forget()
    },
  }
}
