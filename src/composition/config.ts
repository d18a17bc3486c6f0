import type * as z from 'zod'
import type { VaultKey } from '#adapters/crypto/vault.ts'
import { isPublicAddress } from '#application/installation/public-address.ts'
import { settingProblem } from '#application/installation/setting-rules.ts'
import type { SettingSpec } from '#application/ports/settings.ts'
import { installationSettings, localUrlOf, type Variable, variableSchema, variables, webUrl } from '#composition/variables.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface Config {
  readonly http: {
    readonly port: number
    readonly host: string
    /** Absolute, without a slash at its end. */
    readonly frontendUrl: string
  }
  readonly database: { readonly kind: 'postgres'; readonly url: string } | { readonly kind: 'embedded'; readonly dataDir: string }
  readonly dataDir: string
  /** The first seals, all open. Absent: to be generated, or refused (`requireForServe`). */
  readonly keys?: readonly VaultKey[]
  readonly platformAppToken?: string
  /** What the environment gave for the settings that live in the database, by name. */
  readonly settings: ReadonlyMap<string, string>
  readonly role: 'all' | 'web' | 'worker'
  /** Without a format: pretty on a terminal, else json. */
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format?: 'json' | 'pretty' }
  readonly migrateOnStart: boolean
  readonly rawRetentionDays: number
  readonly clientCallsPerMinute: number
  readonly allowPrivateNetwork: boolean
  readonly disableGravatar: boolean
  readonly sandboxPort: number
}

/** Environment variables as the runtime gives them. This module is their only reader. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Answers the content of a file, or throws. */
export type ReadFile = (path: string) => string

const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '')

const readValueFile = (name: string, path: string, readFile: ReadFile): Result<string, string> => {
  try {
    const text = readFile(path).trim()
    return text === '' ? err(`${name}_FILE names an empty file; put the value into it, or unset it.`) : ok(text)
  } catch (error) {
    // Not the path: who gave the secret itself instead of a path would find it in the log.
    return err(
      `${name}_FILE names a file that cannot be read${reasonOf(error)}; set it to the path of a readable file that holds the value.`,
    )
  }
}

/** What `name` or the file named by `name_FILE` holds, without white space around it. Empty is the same as unset. */
const readValue = (name: string, env: Environment, readFile: ReadFile): Result<string | undefined, string> => {
  const direct = env[name]?.trim()
  const path = env[`${name}_FILE`]?.trim()
  if (direct && path) return err(`${name} and ${name}_FILE are both set; unset one of them.`)
  return path ? readValueFile(name, path, readFile) : ok(direct || undefined)
}

const toConfig = (given: z.output<typeof variableSchema>, settings: ReadonlyMap<string, string>): Config => ({
  http: { port: given.PORT, host: given.HOST, frontendUrl: given.FRONTEND_URL ?? localUrlOf(given.PORT) },
  database: given.DATABASE_URL ? { kind: 'postgres', url: given.DATABASE_URL } : { kind: 'embedded', dataDir: given.DATA_DIR },
  dataDir: given.DATA_DIR,
  ...(given.ENCRYPTION_KEYS && { keys: given.ENCRYPTION_KEYS }),
  ...(given.PLATFORM_APP_TOKEN && { platformAppToken: given.PLATFORM_APP_TOKEN }),
  settings,
  role: given.ROLE,
  log: { level: given.LOG_LEVEL, ...(given.LOG_FORMAT && { format: given.LOG_FORMAT }) },
  migrateOnStart: given.MIGRATE_ON_START,
  rawRetentionDays: given.RAW_RETENTION_DAYS,
  clientCallsPerMinute: given.CLIENT_CALLS_PER_MINUTE,
  allowPrivateNetwork: given.ALLOW_PRIVATE_NETWORK,
  disableGravatar: given.DISABLE_GRAVATAR,
  sandboxPort: given.SANDBOX_PORT,
})

/**
 * Reads the environment: our own variables and the first values of `settings` (those of the channels; the installation's own are
 * always among them). Each may come from a file (`NAME_FILE`). Answers every problem at once, a sentence each, and never a value.
 */
export const loadConfig = (
  env: Environment,
  readFile: ReadFile,
  settings: readonly SettingSpec[] = [],
): Result<Config, readonly string[]> => {
  const problems: string[] = []
  const given = (name: string): string | undefined => {
    const value = readValue(name, env, readFile)
    if (value.ok) return value.value
    problems.push(value.error)
    return undefined
  }

  const raw = Object.entries(variables).map(([name, about]) => {
    const preset = name === 'FRONTEND_URL' ? null : about.default
    return [name, given(name) ?? preset ?? undefined]
  })
  const parsed = variableSchema.safeParse(Object.fromEntries(raw))
  for (const { path, message } of parsed.error?.issues ?? []) problems.push(`${path.join('.')} ${message}.`)

  const initial = new Map<string, string>()
  for (const spec of [...installationSettings, ...settings]) {
    const { name, kind } = spec
    const value = given(name)
    const checked = kind === 'endpoint' ? webUrl.optional().safeParse(value) : { data: value, error: undefined }
    for (const { message } of checked.error?.issues ?? []) problems.push(`${name} ${message}.`)
    const problem = value === undefined ? undefined : settingProblem(spec, value)
    if (problem !== undefined) problems.push(`${name} ${problem}.`)
    if (checked.data !== undefined) initial.set(name, checked.data)
  }
  return parsed.success && problems.length === 0 ? ok(toConfig(parsed.data, initial)) : err(problems)
}

/** What keeps this configuration from serving, a sentence each. With a database of its own, a server must not make up its keys. */
export const requireForServe = (config: Config): readonly string[] =>
  config.database.kind === 'postgres' && !config.keys
    ? [
        'ENCRYPTION_KEYS is not set, and with DATABASE_URL it must be; set it to id:base64(32 bytes), the base64 from `openssl rand -base64 32`.',
      ]
    : []

/** Can no provider push to this installation? Then it asks them often. */
export const isPolled = ({ http }: Pick<Config, 'http'>): boolean => !isPublicAddress(http.frontendUrl)

/** Every variable, for docs: ours, then the installation's settings, then `settings`. Each may also be given as `NAME_FILE`. */
export const describeVariables = (settings: readonly SettingSpec[] = []): readonly Variable[] => [
  ...Object.entries(variables).map(([name, about]) => ({ name, ...about })),
  ...[...installationSettings, ...settings].map(({ name, kind, default: preset, about }) => {
    return { name, default: preset ?? null, about, secret: kind === 'secret' }
  }),
]
