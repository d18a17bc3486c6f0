import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../runtime/environment.ts'
import { type Api, ApiRefusal } from './api.ts'
import { type Command, CommandFailed, type Invocation, text, UsageError } from './command.ts'
import { type InstallationApi, openInstallationApi } from './installation-api.ts'

/** A secret that does not stand in the list of processes and in the shell's history. */
const readLine = async (): Promise<string> => {
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}

interface Account {
  readonly id: number
  readonly name: string
}

interface Inbox {
  readonly id: number
  readonly name: string
  readonly connection?: { readonly state: string; readonly connected_at?: number; readonly webhooks_subscribed: boolean }
}

/** An inbox is there a moment before Instagram is asked for its messages: so often is looked again. */
const subscriptionLooks = 20

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

const administratorApi = async (installation: InstallationApi, account: Account): Promise<Api> =>
  installation.as(await administratorToken(installation.platform, account))

const told = (error: unknown): unknown => (error instanceof ApiRefusal ? new CommandFailed(error.message) : error)

/** Connects the account of a token that was made in Meta's dashboard. */
const adopt = async (installation: InstallationApi, wanted: string | undefined, token: string): Promise<Inbox> => {
  const account = await chooseAccount(installation.platform, wanted)
  const api = await administratorApi(installation, account)
  const { inbox_id } = await api<{ inbox_id: number }>('POST', `/api/v1/accounts/${account.id}/instagram/token`, { token })
  return api<Inbox>('GET', `/api/v1/accounts/${account.id}/inboxes/${inbox_id}`)
}

const start = async (installation: InstallationApi, wanted: string | undefined) => {
  if (!installation.served)
    throw new UsageError('Instagram has to find a running server when you come back: start one with npm start first.')
  const account = await chooseAccount(installation.platform, wanted)
  const api = await administratorApi(installation, account)
  const before = await connectedInboxes(api, account)
  const { url } = await api<{ url: string }>('POST', `/api/v1/accounts/${account.id}/instagram/authorization`)
  return { account, api, before, url }
}

const report = ({ say, json }: Pick<Invocation, 'say' | 'json'>, { id, name, connection }: Inbox): void => {
  const webhooks_subscribed = connection?.webhooks_subscribed ?? false
  say(`Inbox ${id} "${name}" is connected${webhooks_subscribed ? '' : ', but Instagram does not send its messages yet'}.`)
  json({ inbox_id: id, name, webhooks_subscribed })
}

export const connectInstagram: Command = {
  summary: 'connect an Instagram account: prints the address to open and waits for the inbox',
  options: {
    account: { type: 'string', about: 'id of the account; not needed where there is one' },
    token: { type: 'string', about: "a token that was made in Meta's dashboard, instead of the sign-in; - reads it from standard input" },
    wait: { type: 'string', about: 'seconds to wait for the inbox (default: 600, as long as the address is good)' },
  },
  async run({ env, options, say, json }) {
    const seconds = Number(text(options, 'wait') ?? 600)
    if (!Number.isFinite(seconds) || seconds < 0) throw new UsageError('--wait takes a number of seconds, for example 600.')
    await using installation = await openInstallationApi(readConfig(env))
    const wanted = text(options, 'account')
    const token = text(options, 'token')
    if (token !== undefined) {
      const inbox = await adopt(installation, wanted, token === '-' ? await readLine() : token).catch((error: unknown) => {
        throw told(error)
      })
      return report({ say, json }, inbox)
    }
    const { account, api, before, url } = await start(installation, wanted).catch((error: unknown) => {
      throw told(error)
    })
    say(`Open this address in a browser that is signed in to the Instagram account:\n\n  ${url}\n`)
    json({ authorization_url: url })
    let lookAgain = subscriptionLooks
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await delay(500)) {
      const inbox = [...(await connectedInboxes(api, account)).values()].find(({ id }) => !before.has(id))
      if (!inbox || (!inbox.connection?.webhooks_subscribed && lookAgain-- > 0)) continue
      return report({ say, json }, inbox)
    }
    throw new CommandFailed('No inbox was connected in that time; run the command again for a fresh address.')
  },
}
