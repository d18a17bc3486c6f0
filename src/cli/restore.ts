import { readConfig } from '../runtime/environment.ts'
import { restore } from '../runtime/restore.ts'
import { contentInWords } from './backup.ts'
import { type Command, word } from './command.ts'

export const restoreBackup: Command = {
  summary: 'make an installation of a backup, in an empty DATA_DIR or an empty database',
  words: ['FILE'],
  options: {
    replace: { type: 'boolean', about: 'put aside what DATA_DIR holds, instead of refusing' },
  },
  async run({ env, options, words, say, json }) {
    const file = word({ words }, 'which backup to restore', 'dovecote.backup')
    const config = readConfig(env)
    const { rows, media, secrets, madeAt, replaced } = await restore(config, file, options.replace === true)
    say(`Restored as it stood at ${madeAt}: ${contentInWords({ rows, media })}, each table counted and compared.`)
    if (config.database.kind === 'postgres' && secrets.length > 0)
      say(`The keys that open it are in ${config.dataDir}; start the server with ENCRYPTION_KEYS_FILE=${config.dataDir}/encryption-keys.`)
    if (secrets.length === 0) say('The backup holds no keys: start the server with the ENCRYPTION_KEYS that it was made with.')
    if (replaced !== undefined) say(`What was there before is in ${replaced}; delete it when you are sure that you do not need it.`)
    json({ rows, media, made_at: madeAt, ...(replaced === undefined ? {} : { replaced }) })
  },
}
