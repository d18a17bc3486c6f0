import { parseArgs } from 'node:util'

/** How long and how often everything is measured. */
export interface Options {
  /** Which benches to run; none named: all. */
  readonly names: readonly string[]
  /** How often each contestant is measured; the figure is the median. */
  readonly rounds: number
  /** How long one measurement takes. */
  readonly seconds: number
  /** Whether `docs/benchmarks.md` is written. */
  readonly write: boolean
}

const whole = (name: string, text: string, max: number): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`--${name} must be a whole number from 1 to ${max}.`)
  return value
}

/** `main.ts [NAME…] [--rounds N] [--seconds N] [--no-write]`. */
export const readOptions = (args: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
      'no-write': { type: 'boolean', default: false },
    },
  })
  return {
    names: positionals,
    rounds: whole('rounds', values.rounds, 50),
    seconds: whole('seconds', values.seconds, 120),
    write: !values['no-write'],
  }
}
