import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readConfig } from '../runtime/environment.ts'
import { secretFiles } from '../runtime/installation.ts'
import { move } from '../runtime/move.ts'
import type { Command } from './command.ts'
import { counted } from './counted.ts'

/** `encryption-keys` becomes ENCRYPTION_KEYS_FILE. */
const variableOf = (file: string): string => `${file.toUpperCase().replaceAll('-', '_')}_FILE`

export const moveDatabase: Command = {
  summary: 'copy the embedded database in DATA_DIR to the empty PostgreSQL database of DATABASE_URL',
  options: {},
  async run({ env, say, json }) {
    const config = readConfig(env)
    const rows = await move(config)
    const files = secretFiles.map((name) => resolve(config.dataDir, name)).filter((path) => existsSync(path))
    const lines = files.map((path) => `${variableOf(path.slice(path.lastIndexOf('/') + 1))}=${path}`)
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
    say(`${counted(total, 'row')} of ${counted(Object.keys(rows).length, 'table')} are in PostgreSQL, each table counted and compared.`)
    say('Put these lines into .env, the first one with the address that you gave just now, and start the server:\n')
    for (const line of ['DATABASE_URL=postgres://…', ...lines, `DATA_DIR=${resolve(config.dataDir)}`]) say(`  ${line}`)
    say('\nFiles and keys stay where they are. The embedded database is kept too; delete its folder pgdata when all is well.')
    json({ rows, env: lines })
  },
}
