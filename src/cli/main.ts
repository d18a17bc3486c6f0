#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { setupProblemOf } from '../runtime/main.ts'
import { type Command, CommandFailed, parseOptionsOf, UsageError } from './command.ts'
import { commands } from './commands.ts'
import { helpFor, overview } from './help.ts'

/** The command that the first words name, and the words after it. */
const findCommand = (words: readonly string[]): { name: string; command: Command; rest: string[] } => {
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => Object.hasOwn(commands, candidate))
  const command = name === undefined ? undefined : commands[name]
  if (!name || !command) throw new UsageError(`There is no command "${words.join(' ')}"; npm run cli -- --help lists them.`)
  return { name, command, rest: words.slice(name.split(' ').length) }
}

const parseWords = (name: string, command: Command, args: string[]) => {
  try {
    const { words = [] } = command
    const { values, positionals } = parseArgs({ args, options: parseOptionsOf(command) ?? {}, allowPositionals: words.length > 0 })
    const [extra] = positionals.slice(words.length)
    if (extra !== undefined) throw new Error(`Unexpected argument '${extra}'`)
    return { values, positionals }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new UsageError(`${reason}; npm run cli -- ${name} --help says what it takes.`)
  }
}

const run = async (words: readonly string[]): Promise<void> => {
  if (words.length === 0 || words[0] === '--help' || words[0] === 'help') return void process.stdout.write(overview(commands))
  const { name, command, rest } = findCommand(words)
  const { values, positionals } = parseWords(name, command, rest)
  if (values.help) return void process.stdout.write(helpFor(name, command))
  const options = Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string' || typeof value === 'boolean'))
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  await command.run({
    env: process.env,
    options: options as Record<string, string | boolean>,
    words: positionals,
    say: (line) => (values.json ? undefined : print(line)),
    json: (value) => (values.json ? print(JSON.stringify(value)) : undefined),
  })
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const problem = error instanceof UsageError || error instanceof CommandFailed ? error.message : setupProblemOf(error)
  if (problem === undefined) throw error
  process.stderr.write(`${problem}\n`)
  process.exitCode = error instanceof CommandFailed ? 1 : 2
}
