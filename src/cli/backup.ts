import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ArchiveContent, verifyArchive } from '#adapters/archive/read-archive.ts'
import { readConfig } from '../runtime/environment.ts'
import { ApiRefusal } from './api.ts'
import { type Command, CommandFailed, UsageError } from './command.ts'
import { counted } from './counted.ts'
import { openInstallationApi } from './installation-api.ts'
import { saveFile } from './saved-file.ts'

const nameOfNow = (): string => `dovecote-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.backup`

const rowsIn = ({ rows }: Pick<ArchiveContent, 'rows'>): number => Object.values(rows).reduce((sum, count) => sum + count, 0)

/** What there is in a backup, in words. */
export const contentInWords = (content: Pick<ArchiveContent, 'rows' | 'media'>): string =>
  `${counted(rowsIn(content), 'row')} of ${counted(Object.keys(content.rows).length, 'table')} and ${counted(content.media, 'file')}`

const aboutKeys = ({ secrets }: ArchiveContent): string =>
  secrets.includes('encryption-keys')
    ? 'The encryption keys are in it: whoever has this file can read everything and write in your name. Keep it like a password.'
    : 'The encryption keys are not in it: keep a copy of ENCRYPTION_KEYS in another place, or every account has to be connected again.'

export const backup: Command = {
  summary: 'write everything that is kept into one file, while the server runs',
  words: ['[FILE]'],
  options: {},
  async run({ env, words, say, json }) {
    const path = resolve(words[0] ?? nameOfNow())
    if (existsSync(path)) throw new UsageError(`${path} is there already; give another name.`)
    await using installation = await openInstallationApi(readConfig(env))
    const content = await installation
      .download('/platform/api/v1/backup')
      .then((body) => saveFile(path, body, async (draft) => (await verifyArchive(draft)).content))
      .catch((error: unknown) => {
        if (error instanceof ApiRefusal) throw new CommandFailed(error.message)
        const reason = error instanceof Error ? error.message : String(error)
        throw new CommandFailed(`The backup was not made (${reason}); see whether the server runs and the disk has room, then try again.`, {
          cause: error,
        })
      })
    const { size } = await stat(path)
    say(`${path} holds ${contentInWords(content)}: ${counted(size, 'byte')}, checked.`)
    say(aboutKeys(content))
    json({ file: path, bytes: size, rows: content.rows, media: content.media, secrets: content.secrets })
  },
}
