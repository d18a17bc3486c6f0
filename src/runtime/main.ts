import { DatabaseInUse } from '#adapters/postgres/embedded.ts'
import { MigrationChanged } from '../../db/migrate.ts'
import { openLogger, readConfig } from './environment.ts'
import { SetupError } from './installation.ts'
import { type Host, startServer } from './server.ts'

/** Resolves at the first signal that asks the process to end. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

/** A situation that whoever starts us can mend, told in the error's message. */
export const isSetupProblem = (error: unknown): error is Error =>
  error instanceof SetupError || error instanceof DatabaseInUse || error instanceof MigrationChanged

/** Runs the server until it is told to stop, then finishes what is at hand. A mistake in the set-up ends it with a sentence. */
export const main = async (host: Host): Promise<void> => {
  try {
    const config = readConfig(process.env)
    const logger = openLogger(config)
    await using _server = await startServer({ config, host, logger })
    await untilStopped()
    logger.info('server.stopping')
  } catch (error) {
    if (!isSetupProblem(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}
