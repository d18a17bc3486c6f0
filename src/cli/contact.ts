import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../runtime/environment.ts'
import { asAdministrator, chooseAccount } from './administrator.ts'
import { ApiRefusal } from './api.ts'
import { type Command, CommandFailed, type Invocation, text, UsageError, word } from './command.ts'
import { counted } from './counted.ts'
import { type InstallationApi, openInstallationApi } from './installation-api.ts'
import { saveFile } from './saved-file.ts'

const account = { type: 'string', about: 'id of the account; not needed where there is one' } as const

/** The contact's address in the API, and what may be asked of it there. */
const openContact = async (installation: InstallationApi, { options, words }: Invocation) => {
  const id = word({ words }, 'which contact by their number', '17')
  if (!/^[1-9]\d{0,15}$/.test(id)) throw new UsageError(`${id} is not the number of a contact; it stands in the contact's address.`)
  const account = await chooseAccount(installation.platform, text(options, 'account'))
  return { id, path: `/api/v1/accounts/${account.id}/contacts/${id}`, ...(await asAdministrator(installation, account)) }
}

const told = (error: unknown): never => {
  throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
}

interface Erasure {
  readonly requested_at: string
  readonly completed_at: string | null
}

export const eraseContact: Command = {
  summary: 'delete a contact with everything about them, for good',
  words: ['ID'],
  options: {
    account,
    yes: { type: 'boolean', about: 'yes, it cannot be undone' },
    wait: { type: 'string', about: 'seconds to wait until all is deleted (default: 600)' },
  },
  async run(invocation) {
    const { env, options, say, json } = invocation
    const seconds = Number(text(options, 'wait') ?? 600)
    if (!Number.isFinite(seconds) || seconds < 0) throw new UsageError('--wait takes a number of seconds, for example 600.')
    await using installation = await openInstallationApi(readConfig(env))
    await using contact = await openContact(installation, invocation).catch(told)
    const { id, path, api } = contact
    if (options.yes !== true) throw new UsageError(`Contact ${id} cannot be brought back; export them first if need be, then say --yes.`)
    await api('DELETE', path).catch(told)
    const look = (): Promise<Erasure> => api<Erasure>('GET', `${path}/erasure`)
    let erasure = await look()
    for (const deadline = Date.now() + seconds * 1000; installation.served && erasure.completed_at === null && Date.now() < deadline; ) {
      await delay(250)
      erasure = await look()
    }
    json(erasure)
    say(
      erasure.completed_at === null
        ? `Contact ${id} is out of sight; the rest is deleted as soon as a server runs and comes to it.`
        : `Contact ${id} and everything about them is deleted.`,
    )
  },
}

export const exportContact: Command = {
  summary: 'write everything about a contact into a JSON file, with the files that they sent',
  words: ['ID', '[FILE]'],
  options: { account },
  async run(invocation) {
    const { env, words, say, json } = invocation
    const path = resolve(words[1] ?? `contact-${words[0]}.json`)
    if (existsSync(path)) throw new UsageError(`${path} is there already; give another name.`)
    await using installation = await openInstallationApi(readConfig(env))
    await using contact = await openContact(installation, invocation).catch(told)
    const body = await contact.download(`${contact.path}/export`).catch(told)
    const { size } = await saveFile(path, body, (draft) => stat(draft)).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new CommandFailed(`The export was not made (${reason}); see whether the server runs and the disk has room, then try again.`, {
        cause,
      })
    })
    say(
      `${path} holds everything about contact ${contact.id}: ${counted(size, 'byte')}. Stored files are in it as data: addresses; a browser shows them.`,
    )
    json({ file: path, bytes: size })
  },
}
