import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PostsSpec } from './posts.ts'
import type { Command } from './process.ts'
import type { RunResult, RunSpec } from './run.ts'
import type { TrafficSpec } from './traffic.ts'

/** The load generator, in a process of its own. */
export interface Generator extends AsyncDisposable {
  /** Signs requests for the next run. */
  prepare(traffic: TrafficSpec): Promise<void>
  /** Writes answers for the next run. */
  preparePosts(posts: PostsSpec): Promise<void>
  run(spec: RunSpec): Promise<RunResult>
  /** During a windowed run: lets `room` more requests be sent than are acknowledged. */
  allow(room: number): void
}

const file = fileURLToPath(new URL('./process.ts', import.meta.url))

/** Starts the generator; it ends with its standard input, so at the latest with us. */
export const startGenerator = (): Generator => {
  const child = spawn(process.execPath, ['--max-old-space-size=8192', file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tell = (command: Command): void => void child.stdin.write(`${JSON.stringify(command)}\n`)
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await answers.next()
    if (done) throw new Error('The load generator ended.')
    const parsed: T & { error?: string } = JSON.parse(value)
    if (parsed.error !== undefined) throw new Error(`The load generator failed: ${parsed.error}`)
    return parsed
  }
  return {
    async prepare(traffic) {
      tell({ do: 'prepare', traffic })
      await answer()
    },
    async preparePosts(posts) {
      tell({ do: 'prepare-posts', posts })
      await answer()
    },
    run(run) {
      tell({ do: 'run', run })
      return answer<RunResult>()
    },
    allow: (room) => tell({ do: 'allow', room }),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    },
  }
}
