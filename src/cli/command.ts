import type { ParseArgsConfig } from 'node:util'
import type { Environment } from '#composition/config.ts'

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>

/** What a command gets. */
export interface Invocation {
  readonly env: Environment
  readonly options: OptionValues
  /** What stands behind the command's name without dashes. */
  readonly words: readonly string[]
  /** Writes a line for people; silent with `--json`. */
  say(line: string): void
  /** Writes one JSON line; silent without `--json`. */
  json(value: object): void
}

export interface Command {
  /** One line: what it does. */
  readonly summary: string
  /** Each option with its own line of help. `--help` and `--json` are everyone's. */
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly about: string }>>
  /** What it takes without dashes, in order; `[…]` around it: it may be left out. */
  readonly words?: readonly string[]
  run(invocation: Invocation): Promise<void>
}

/** Wrong usage, or a situation that the caller can mend: one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command did what it could and the answer is no: one sentence, exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

export const text = (options: OptionValues, name: string): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export const parseOptionsOf = (command: Command): ParseArgsConfig['options'] => ({
  help: { type: 'boolean' },
  json: { type: 'boolean' },
  ...Object.fromEntries(Object.entries(command.options).map(([name, { type }]) => [name, { type }])),
})

/** A word of the command line that the command cannot do without. */
export const word = ({ words }: Pick<Invocation, 'words'>, what: string, example: string): string => {
  const [given] = words
  if (given === undefined) throw new UsageError(`Say ${what}, for example ${example}.`)
  return given
}
