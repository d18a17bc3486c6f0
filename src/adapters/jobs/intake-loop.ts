import type { ProcessIntake } from '#application/intake/process-intake.ts'
import type { Logger } from '#application/ports/logger.ts'

export interface IntakeLoop {
  /** Something may wait: look now. */
  wake(): void
  /** Finishes the batch at hand and stops. */
  stop(): Promise<void>
}

interface Options {
  readonly processIntake: ProcessIntake
  /** Do requests wait to be acknowledged? They come first, for a while. */
  readonly isPressed?: () => boolean
  readonly logger: Logger
  /** How long to sleep where nobody wakes us, ms: finds what a lost wake left behind and retries that fell due. */
  readonly sweepEvery?: number
}

/** How long a batch stands back for requests at most, and how often it looks whether it may go, ms. */
const patience = 300
const look = 5

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** How long to leave a broken database alone, ms. */
const pauseAfterFailure = 500

/** Applies what came in, batch after batch, until nothing is due; then sleeps until it is woken. */
export const startIntakeLoop = ({ processIntake, isPressed = () => false, logger, sweepEvery = 1_000 }: Options): IntakeLoop => {
  let stopped = false
  let wanted = true
  let interrupt: () => void = () => {}

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Applying as eagerly as acknowledging halves the rate at which requests are acknowledged. */
  const standBack = async (): Promise<void> => {
    const limit = performance.now() + patience
    while (!stopped && isPressed() && performance.now() < limit) await pause(look)
  }

  const drain = async (): Promise<void> => {
    try {
      while (!stopped) {
        await standBack()
        if ((await processIntake()).settled === 0) return
      }
    } catch (error) {
      logger.warn('intake.database_failed', { error })
      await pause(pauseAfterFailure)
    }
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      if (!wanted) await sleep(sweepEvery)
      wanted = false
      await drain()
    }
  }

  const running = run()
  return {
    wake() {
      wanted = true
      interrupt()
    },
    async stop() {
      stopped = true
      interrupt()
      await running
    },
  }
}
