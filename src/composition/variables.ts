import * as z from 'zod'
import type { SettingSpec } from '#application/ports/settings.ts'
import { parseEncryptionKeys } from '#composition/encryption-keys.ts'

/** What people should know of a variable. */
export interface VariableAbout {
  /** As it would be written in the environment; null where there is none. */
  readonly default: string | null
  readonly about: string
  /** Its value is never printed. */
  readonly secret: boolean
}

export interface Variable extends VariableAbout {
  readonly name: string
}

// Messages are ends of sentences that begin with the variable's name.

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `is none of ${values.join(', ')}; set it to one of them` })

const whole = (min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `is not a whole number from ${min} to ${max}; write it in digits`,
    })
    .transform(Number)

const truths: Readonly<Record<string, boolean>> = { true: true, '1': true, yes: true, false: false, '0': false, no: false }

const truth = z
  .string()
  .refine((text) => Object.hasOwn(truths, text.toLowerCase()), { error: 'is neither yes nor no; set it to true or false' })
  .transform((text) => truths[text.toLowerCase()] === true)

const isWebUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return !!url && /^https?:$/.test(url.protocol) && !/[\s?#]/.test(text) && url.username === '' && url.password === ''
}

/** An absolute http(s) URL to which paths are added. */
export const webUrl = z
  .string()
  .refine(isWebUrl, { error: 'is not a plain http(s) URL; write it like https://inbox.example.com, without user, query and fragment' })
  .transform((text) => text.replace(/\/+$/, ''))

const postgresUrl = z.string().refine((text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text), {
  error: 'is not a PostgreSQL URL; write it like postgres://user:password@host:5432/name, with special characters in %XX form',
})

const encryptionKeys = z.string().transform((text, context) => {
  const keys = parseEncryptionKeys(text)
  if (keys.ok) return keys.value
  for (const message of keys.error) context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const headerWord = z.string().refine((text) => /^[\x21-\x7e]+$/.test(text), {
  error: 'cannot be sent in a header; use letters, digits and punctuation without spaces, for example from `openssl rand -hex 32`',
})

const hostName = z.string().refine((text) => /^[\w.:%-]+$/.test(text), {
  error: 'is not an address to listen on; write a host name or an IP address, for example 0.0.0.0',
})

const port = whole(1, 65_535)

export const variableSchema = z.object({
  PORT: port,
  HOST: hostName,
  FRONTEND_URL: webUrl.optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATA_DIR: z.string(),
  ENCRYPTION_KEYS: encryptionKeys.optional(),
  PLATFORM_APP_TOKEN: headerWord.optional(),
  ALLOW_PRIVATE_NETWORK: truth,
  DISABLE_GRAVATAR: truth,
  MIGRATE_ON_START: truth,
  RAW_RETENTION_DAYS: whole(1, 3650),
  CLIENT_CALLS_PER_MINUTE: whole(0, 1_000_000),
  SANDBOX_PORT: port,
  ROLE: oneOf(['all', 'web', 'worker']),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error']),
  LOG_FORMAT: oneOf(['json', 'pretty']).optional(),
})

export type VariableName = keyof z.output<typeof variableSchema>

const plain = (preset: string | null, about: string): VariableAbout => ({ default: preset, about, secret: false })
const secret = (about: string): VariableAbout => ({ default: null, about, secret: true })

/** $PORT stands for the value of PORT. */
const localUrl = 'http://localhost:$PORT'

export const variables: Readonly<Record<VariableName, VariableAbout>> = {
  PORT: plain('3000', 'port of the HTTP server'),
  HOST: plain('127.0.0.1', 'address on which it listens; 0.0.0.0 in the image'),
  FRONTEND_URL: plain(localUrl, 'public base URL; builds redirect URIs and links'),
  DATABASE_URL: secret('PostgreSQL 15 or newer; unset: an embedded database in DATA_DIR'),
  DATA_DIR: plain('./data', 'folder of the embedded database, media and generated keys'),
  ENCRYPTION_KEYS: secret(
    'id:base64(32 bytes)[,older…]: the first encrypts, all decrypt; unset: generated into DATA_DIR unless DATABASE_URL is set',
  ),
  PLATFORM_APP_TOKEN: secret('token of the first platform app; unset: generated into DATA_DIR unless DATABASE_URL is set'),
  ALLOW_PRIVATE_NETWORK: plain('false', 'true lets media downloads and outgoing webhooks reach private addresses'),
  DISABLE_GRAVATAR: plain('true', 'false allows asking Gravatar for a picture by e-mail hash'),
  MIGRATE_ON_START: plain('true', 'false when migrations are run by hand'),
  RAW_RETENTION_DAYS: plain('30', 'days for which raw webhook bodies are kept'),
  CLIENT_CALLS_PER_MINUTE: plain(
    '3000',
    'how often one address may call the API for customers’ own apps, in each process; 0: as often as it likes',
  ),
  SANDBOX_PORT: plain('4010', 'port of the simulated Instagram'),
  ROLE: plain('all', 'web, worker or all: one image, several processes'),
  LOG_LEVEL: plain('info', 'debug, info, warn or error'),
  LOG_FORMAT: plain(null, 'json or pretty; unset: pretty on a terminal, else json'),
}

/** The default of FRONTEND_URL for a port. */
export const localUrlOf = (port: number): string => localUrl.replace('$PORT', String(port))

/** Settings of the installation that no channel owns. */
export const installationSettings: readonly SettingSpec[] = [
  {
    name: 'CONNECT_RETURN_URLS',
    kind: 'plain',
    about: 'addresses, with commas between them, to which a connection may return the browser',
    page: 'general',
    form: {
      pattern: /^\s*https?:\/\/[^\s,]+(?:[\s,]+https?:\/\/[^\s,]+)*\s*$/,
      otherwise: 'is no list of addresses; write each like https://desk.example.com/connected, with commas between them',
    },
  },
  {
    name: 'REVIEW_INBOX_ID',
    kind: 'plain',
    about: "id of the inbox in which Meta's test events show",
    page: 'general',
    form: { pattern: /^[1-9]\d{0,15}$/, otherwise: 'is not the number of an inbox; write it in digits' },
  },
]
