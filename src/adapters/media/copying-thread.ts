import type { MessagePort, Worker } from 'node:worker_threads'
import type { Copies, Place } from '#application/ports/copies.ts'
import type { DownloadLimits } from '#application/ports/downloads.ts'

type Task =
  | { readonly does: 'look'; readonly url: string; readonly limits: DownloadLimits }
  | { readonly does: 'keep'; readonly url: string; readonly limits: DownloadLimits; readonly place: Place }

interface Asked {
  readonly id: number
  readonly task: Task
  /** Others need the machine more. */
  readonly gently: boolean
}

interface Answered {
  readonly id: number
  readonly result?: unknown
  /** What was thrown over there. */
  readonly thrown?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

const perform = (copies: Copies, task: Task): Promise<unknown> =>
  task.does === 'look' ? copies.look(task.url, task.limits) : copies.keep(task.url, task.limits, task.place)

/** In the thread: does what it is asked, at full speed or gently. */
export const answerCopies = (port: MessagePort, { full, gentle }: { readonly full: Copies; readonly gentle: Copies }): void => {
  port.on('message', async ({ id, task, gently }: Asked) => {
    const answer: Answered = await perform(gently ? gentle : full, task).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, thrown: String(error) }),
    )
    port.postMessage(answer)
  })
}

/** A thread that runs, and those that wait for it. */
const talkTo = (thread: Worker, onEnd: () => void) => {
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let why = new Error('The thread that copies files has ended.')
  thread.on('message', ({ id, result, thrown }: Answered) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (thrown === undefined) one?.resolve(result)
    else one?.reject(new Error(thrown))
  })
  thread.on('error', (error: Error) => {
    why = error
  })
  thread.once('exit', () => {
    onEnd()
    for (const one of waiting.values()) one.reject(why)
  })
  return {
    ask: (task: Task, gently: boolean): Promise<unknown> =>
      new Promise((resolve, reject) => {
        asked += 1
        waiting.set(asked, { resolve, reject })
        thread.postMessage({ id: asked, task, gently } satisfies Asked)
      }),
    end: () => thread.terminate(),
  }
}

/**
 * Has files copied by a thread of their own, begun with the first of them: what arrives makes so much garbage that collecting it would
 * keep everyone else waiting. Should the thread end, what it was at is thrown, and the next file begins another. A file that
 * nobody waits for comes gently where it is begun while `isBusy` says that the machine is needed.
 */
export const createCopyingThread = (begin: () => Worker, isBusy: () => boolean = () => false): Copies & AsyncDisposable => {
  let running: ReturnType<typeof talkTo> | undefined
  const ask = (task: Task, gently = false): Promise<unknown> => {
    running ??= talkTo(begin(), () => {
      running = undefined
    })
    return running.ask(task, gently)
  }
  return {
    look: async (url, limits) => (await ask({ does: 'look', url, limits })) as Awaited<ReturnType<Copies['look']>>,
    keep: async (url, limits, place, waits) =>
      (await ask({ does: 'keep', url, limits, place }, waits !== 'awaited' && isBusy())) as Awaited<ReturnType<Copies['keep']>>,
    async [Symbol.asyncDispose]() {
      await running?.end()
    },
  }
}
