import type { Command } from './command.ts'

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
}

export const overview = (commands: Readonly<Record<string, Command>>): string =>
  `Dovecote: one shared inbox for the accounts on which your customers write.

Usage: npm run cli -- COMMAND [options]

${table(Object.entries(commands).map(([name, { summary }]) => [name, summary]))}
Each command has --help and --json.
`

export const helpFor = (name: string, { summary, options, words = [] }: Command): string => `${summary}

Usage: npm run cli -- ${[name, ...words].join(' ')} [options]

${table([
  ...Object.entries(options).map(([option, { type, about }]) => [type === 'string' ? `--${option} VALUE` : `--${option}`, about] as const),
  ['--json', 'answer with JSON lines'],
  ['--help', 'this text'],
])}`
