import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Runtime } from './toolchains.ts'

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Dovecote in a process of its own. Disposing of it stops it, in any case. */
export interface ServerProcess extends AsyncDisposable {
  /** Sends SIGTERM and waits; after half a minute it is killed, and the ending says so. */
  stop(): Promise<Ending>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const startLimit = 60_000
const stopLimit = 30_000

const untilEnded = (child: ChildProcess): Promise<Ending> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })

/** What it wrote last, for whoever has to find out why it did not start. */
const tailOf = ({ stdout, stderr }: ChildProcess): (() => string) => {
  let tail = ''
  for (const stream of [stdout, stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_000)
    })
  return () => tail
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.ok,
    () => false,
  )

/** Starts Dovecote on `runtime` with this environment and nothing else; resolves once it says that it is ready. */
export const startServerProcess = async (runtime: Runtime, env: Readonly<Record<string, string>>, url: string): Promise<ServerProcess> => {
  const { file, parameters, env: given } = runtime.launch(env)
  const child = spawn(file, parameters, { cwd: root, env: given, stdio: ['ignore', 'pipe', 'pipe'] })
  const tail = tailOf(child)
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = untilEnded(child).finally(() => process.off('exit', kill))
  const stop = async (): Promise<Ending> => {
    child.kill('SIGTERM')
    const timer = setTimeout(kill, stopLimit)
    return ended.finally(() => clearTimeout(timer))
  }
  ended.catch(() => {})
  for (const deadline = Date.now() + startLimit; !(await isReady(url)); await delay(25)) {
    if (child.exitCode === null && child.signalCode === null && Date.now() < deadline) continue
    const ending = await stop()
    throw new Error(`Dovecote did not become ready on ${runtime.name} (${JSON.stringify(ending)}): ${tail()}`)
  }
  return {
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}
