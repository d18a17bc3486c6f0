import { readFileSync } from 'node:fs'
import { systemClock } from '#adapters/system/clock.ts'
import { createLogger } from '#adapters/system/logger.ts'
import type { Logger } from '#application/ports/logger.ts'
import { settingSpecs } from '#composition/adapters.ts'
import { type Config, type Environment, loadConfig } from '#composition/config.ts'
import { SetupError } from './installation.ts'

/** The configuration that the environment gives; every mistake in it is told at once. */
export const readConfig = (env: Environment): Config => {
  const config = loadConfig(env, (path) => readFileSync(path, 'utf8'), settingSpecs)
  if (config.ok) return config.value
  throw new SetupError(config.error.join('\n'))
}

/** Logs to standard error, so that standard output is free for what commands answer. */
export const openLogger = ({ log }: Config): Logger =>
  createLogger({
    level: log.level,
    format: log.format ?? (process.stderr.isTTY ? 'pretty' : 'json'),
    write: (line) => process.stderr.write(`${line}\n`),
    clock: systemClock,
  })
