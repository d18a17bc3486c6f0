import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Answer {
  readonly ok: boolean
  readonly error?: string
}

export interface EmbeddedChild extends AsyncDisposable {
  readonly pid: number
  ask(line: string): Promise<Answer>
  /** Ends it as a crash would. */
  kill(): Promise<void>
}

/** Starts `embedded-child.ts`. */
export const startEmbeddedChild = async (): Promise<EmbeddedChild> => {
  const script = fileURLToPath(new URL('./embedded-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('The child ended.')
    return JSON.parse(value)
  }
  const kill = (): Promise<void> => {
    child.kill('SIGKILL')
    return exited
  }
  await next()
  return {
    pid: child.pid ?? 0,
    ask(line) {
      child.stdin.write(`${line}\n`)
      return next()
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
