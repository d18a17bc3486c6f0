import { migrate } from '../../db/migrate.ts'
import { openLogger, readConfig } from '../runtime/environment.ts'
import { openDatabase } from '../runtime/installation.ts'
import type { Command } from './command.ts'

export const migrateDatabase: Command = {
  summary: 'bring the database to the newest schema, and make the job queues',
  options: {},
  async run({ env, say, json }) {
    const config = readConfig(env)
    await using database = await openDatabase(config, openLogger(config))
    const { applied } = await migrate(database)
    say(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
    json({ applied })
  },
}
