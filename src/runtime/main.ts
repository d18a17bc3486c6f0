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

/** With which PostgreSQL, or the way to it, refuses a connection: nobody there, no such name, a wrong password, no such database. */
const refusals = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', '28P01', '28000', '3D000']

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** A situation that whoever starts us can mend, as a sentence; undefined where it is none. */
export const setupProblemOf = (error: unknown): string | undefined => {
  if (error instanceof SetupError || error instanceof DatabaseInUse || error instanceof MigrationChanged) return error.message
  const code = codeOf(error)
  if (code === undefined || !refusals.includes(code)) return undefined
  return `The database of DATABASE_URL cannot be reached (${code}); see whether it runs, and whether address, name and password are right.`
}

/** Runs the server until it is told to stop, then finishes what is at hand. A mistake in the set-up ends it with a sentence. */
export const main = async (host: Host): Promise<void> => {
  try {
    const config = readConfig(process.env)
    const logger = openLogger(config)
    await using _server = await startServer({ config, host, logger })
    await untilStopped()
    logger.info('server.stopping')
  } catch (error) {
    const problem = setupProblemOf(error)
    if (problem === undefined) throw error
    process.stderr.write(`${problem}\n`)
    process.exitCode = 2
  }
}
