import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/cli/demo/free-port.ts'

/** A server of its own process, listening on loopback. */
export interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly port: number
  readonly pid: number
  /** The most memory that it ever had, in MB. */
  peakMemory(): number
  /** Memory at this moment, in MB. */
  memory(): number
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

const end = async (child: ChildProcess): Promise<void> => {
  if (!alive(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exited
  clearTimeout(patience)
}

const untilItAnswers = async (child: ChildProcess, url: string, errors: () => string): Promise<void> => {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(50)) {
    if (!alive(child)) break
    const answered = await fetch(url).catch(() => undefined)
    if (answered?.ok) return
  }
  throw new Error(`It did not start: ${errors()}`)
}

const megabytes = (pid: number, field: string): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024
}

interface Program {
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Starts a program that listens on PORT and answers at `/livez`. */
export const startContestant = async ({ name, file, env, flags = [] }: Program): Promise<Contestant> => {
  const port = await freePort(0)
  const child = spawn(process.execPath, [...flags, file], {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4_000)
  })
  const url = `http://127.0.0.1:${port}`
  const pid = child.pid ?? -1
  const dispose = () => end(child)
  try {
    await untilItAnswers(child, `${url}/livez`, () => log)
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    name,
    url,
    port,
    pid,
    peakMemory: () => megabytes(pid, 'VmHWM'),
    memory: () => megabytes(pid, 'VmRSS'),
    [Symbol.asyncDispose]: dispose,
  }
}
