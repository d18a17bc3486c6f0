import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of ours as its user starts it: its own process, its own environment. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** What it wrote so far. */
  output(): { readonly out: string; readonly err: string }
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
  const chunks: string[] = []
  stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  return () => chunks.join('')
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** Node keeps here what it compiled, so that a program starts in half the time when it is started again. */
const compiled = fileURLToPath(new URL('../../node_modules/.cache/dovecote/compiled', import.meta.url))

/** Runs `node file …args` with exactly `env`, what finds programs, and what they were compiled to. */
export const startProgram = (file: string, args: readonly string[], env: Readonly<Record<string, string>>): Program => {
  const surroundings = { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled }
  const child = spawn(process.execPath, [file, ...args], { env: { ...surroundings, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = [collect(child.stdout), collect(child.stderr)]
  const exited = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null))
  return {
    pid: child.pid ?? -1,
    output: () => ({ out: out(), err: err() }),
    exited,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (alive(child)) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs a program to its end. */
export const runProgram = async (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  await using program = startProgram(file, args, env)
  const code = await program.exited
  return { code, ...program.output() }
}
