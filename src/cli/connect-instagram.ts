import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../runtime/environment.ts'
import { type Api, ApiRefusal } from './api.ts'
import { type Command, CommandFailed, text, UsageError } from './command.ts'
import { type InstallationApi, openInstallationApi } from './installation-api.ts'

interface Account {
  readonly id: number
  readonly name: string
}

interface Inbox {
  readonly id: number
  readonly name: string
  readonly connection?: { readonly state: string; readonly connected_at?: number; readonly webhooks_subscribed: boolean }
}

const chooseAccount = async (platform: Api, wanted: string | undefined): Promise<Account> => {
  const accounts = await platform<Account[]>('GET', '/platform/api/v1/accounts')
  const [only] = wanted === undefined ? accounts : accounts.filter((account) => String(account.id) === wanted)
  if (only && (wanted !== undefined || accounts.length === 1)) return only
  if (accounts.length === 0) throw new UsageError('There is no account yet; make one with: npm run cli -- setup')
  const known = accounts.map(({ id, name }) => `${id} (${name})`).join(', ')
  throw new UsageError(`Say which account with --account ID; there are ${known}.`)
}

/** A token of one of the account's administrators: connecting is theirs to do. */
const administratorToken = async (platform: Api, account: Account): Promise<string> => {
  const members = await platform<{ user_id: number; role: string }[]>('GET', `/platform/api/v1/accounts/${account.id}/account_users`)
  const administrator = members.find((member) => member.role === 'administrator')
  if (!administrator) throw new UsageError(`Account ${account.id} has no administrator; make one with: npm run cli -- setup`)
  const { access_token } = await platform<{ access_token: string }>('POST', `/platform/api/v1/users/${administrator.user_id}/token`)
  return access_token
}

const connectedInboxes = async (api: Api, account: Account): Promise<Map<number, Inbox>> => {
  const { payload } = await api<{ payload: Inbox[] }>('GET', `/api/v1/accounts/${account.id}/inboxes`)
  return new Map(payload.filter((inbox) => inbox.connection?.state === 'connected').map((inbox) => [inbox.id, inbox]))
}

const start = async (installation: InstallationApi, wanted: string | undefined) => {
  if (!installation.served)
    throw new UsageError('Instagram has to find a running server when you come back: start one with npm start first.')
  const account = await chooseAccount(installation.platform, wanted)
  const api = installation.as(await administratorToken(installation.platform, account))
  const before = await connectedInboxes(api, account)
  const { url } = await api<{ url: string }>('POST', `/api/v1/accounts/${account.id}/instagram/authorization`)
  return { account, api, before, url }
}

export const connectInstagram: Command = {
  summary: 'connect an Instagram account: prints the address to open and waits for the inbox',
  options: {
    account: { type: 'string', about: 'id of the account; not needed where there is one' },
    wait: { type: 'string', about: 'seconds to wait for the inbox (default: 600, as long as the address is good)' },
  },
  async run({ env, options, say, json }) {
    const seconds = Number(text(options, 'wait') ?? 600)
    if (!Number.isFinite(seconds) || seconds < 0) throw new UsageError('--wait takes a number of seconds, for example 600.')
    await using installation = await openInstallationApi(readConfig(env))
    const { account, api, before, url } = await start(installation, text(options, 'account')).catch((error: unknown) => {
      throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
    })
    say(`Open this address in a browser that is signed in to the Instagram account:\n\n  ${url}\n`)
    json({ authorization_url: url })
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await delay(500)) {
      const inbox = [...(await connectedInboxes(api, account)).values()].find(({ id }) => !before.has(id))
      if (!inbox) continue
      say(
        `Inbox ${inbox.id} "${inbox.name}" is connected${inbox.connection?.webhooks_subscribed ? '' : ', but Instagram does not send its messages yet'}.`,
      )
      json({ inbox_id: inbox.id, name: inbox.name, webhooks_subscribed: inbox.connection?.webhooks_subscribed ?? false })
      return
    }
    throw new CommandFailed('No inbox was connected in that time; run the command again for a fresh address.')
  },
}
