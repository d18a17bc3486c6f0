import { maskText } from '#adapters/system/mask.ts'
import { redact } from '#adapters/system/redact.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { LogFields, Logger } from '#application/ports/logger.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  /** Lines below this level are not written. At `debug` every error comes with its stack, else only those of `error` lines. */
  readonly level: LogLevel
  /** `json`: one object per line. `pretty`: for a terminal. */
  readonly format: 'json' | 'pretty'
  /** Gets each line without its line feed. */
  readonly write: (line: string) => void
  readonly clock: Clock
}

type Line = { readonly time: string; readonly level: LogLevel; readonly event: string; readonly fields: Readonly<Record<string, unknown>> }

const reserved = new Set(['time', 'level', 'event'])

const asJson = ({ fields, ...head }: Line): string => {
  const own = Object.entries(fields).map(([key, value]) => [reserved.has(key) ? `${key}_` : key, value])
  return JSON.stringify({ ...head, ...Object.fromEntries(own) })
}

/** Control and format characters steer a terminal or turn its text around. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)

const withoutStack = (key: string, value: unknown): unknown => (key === 'stack' ? undefined : value)

const asWord = (value: unknown): string =>
  typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : printable(JSON.stringify(value, withoutStack) ?? '')

/** The rows of the stacks of an error and of its causes. */
const stackRows = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  const own = 'stack' in value && typeof value.stack === 'string' ? value.stack.split('\n') : []
  return 'cause' in value ? [...own, ...stackRows(value.cause)] : own
}

const asPretty = ({ time, level, event, fields }: Line): string => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  const words = entries.map(([key, value]) => `${asWord(key)}=${asWord(value)}`)
  const rows = entries.flatMap(([, value]) => stackRows(value)).map((row) => `    ${printable(row.trim())}`)
  return [[time.slice(11), level.toUpperCase().padEnd(5), asWord(event), ...words].join(' '), ...rows].join('\n')
}

const asFields = (clean: unknown): readonly (readonly [string, unknown])[] => {
  if (clean === undefined) return []
  return typeof clean === 'object' && clean !== null ? Object.entries(clean) : [['fields', clean]]
}

/**
 * Structured lines without secrets and without customers' words, whatever is passed in: a last line of defence, not a licence.
 * Never throws, not even when `write` does: a line that cannot be written must not undo what it tells about.
 */
export const createLogger = ({ level: threshold, format, write, clock }: LoggerOptions): Logger => {
  const print = format === 'json' ? asJson : asPretty

  const emit = (level: LogLevel, event: string, bound: readonly LogFields[], fields: LogFields | undefined): void => {
    if (logLevels.indexOf(level) < logLevels.indexOf(threshold)) return
    try {
      const options = { stacks: threshold === 'debug' || level === 'error' }
      const entries = [...bound, fields].flatMap((some) => asFields(redact(some, options)))
      const time = new Date(clock.now()).toISOString()
      write(print({ time, level, event: maskText(event, 200), fields: Object.fromEntries(entries) }))
    } catch {
      // Nothing is left to tell it to.
    }
  }

  const create = (bound: readonly LogFields[]): Logger => ({
    debug: (event, fields) => emit('debug', event, bound, fields),
    info: (event, fields) => emit('info', event, bound, fields),
    warn: (event, fields) => emit('warn', event, bound, fields),
    error: (event, fields) => emit('error', event, bound, fields),
    with: (fields) => create([...bound, fields]),
  })

  return create([])
}
