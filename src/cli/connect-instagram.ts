import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../runtime/environment.ts'
import { untilStopped } from '../runtime/main.ts'
import { type Account, asAdministrator, chooseAccount } from './administrator.ts'
import { type Api, ApiRefusal } from './api.ts'
import { type Command, CommandFailed, type Invocation, text, UsageError } from './command.ts'
import { type InstallationApi, openInstallationApi } from './installation-api.ts'

/** A secret that does not stand in the list of processes and in the shell's history. */
const readLine = async (): Promise<string> => {
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}

interface Inbox {
  readonly id: number
  readonly name: string
  readonly connection?: { readonly state: string; readonly connected_at: number; readonly webhooks_subscribed: boolean }
}

/** An inbox is there a moment before Instagram is asked for its messages: so often is looked again. */
const subscriptionLooks = 20

/** Connects the account of a token that was made in Meta's dashboard. */
const adopt = async (api: Api, account: Account, token: string): Promise<Inbox> => {
  const { inbox_id } = await api<{ inbox_id: number }>('POST', `/api/v1/accounts/${account.id}/instagram/token`, { token })
  return api<Inbox>('GET', `/api/v1/accounts/${account.id}/inboxes/${inbox_id}`)
}

/** When each inbox that is connected was connected. */
const connections = async (api: Api, account: Account): Promise<Map<Inbox, number>> => {
  const { payload } = await api<{ payload: Inbox[] }>('GET', `/api/v1/accounts/${account.id}/inboxes`)
  return new Map(payload.flatMap((inbox) => (inbox.connection?.state === 'connected' ? [[inbox, inbox.connection.connected_at]] : [])))
}

/** Prints the address and waits until somebody came back from it, the time is over, or the command is told to stop. */
const signIn = async (api: Api, account: Account, wait: number, { say, json }: Pick<Invocation, 'say' | 'json'>): Promise<Inbox> => {
  const before = new Map([...(await connections(api, account))].map(([{ id }, at]) => [id, at]))
  const { url } = await api<{ url: string }>('POST', `/api/v1/accounts/${account.id}/instagram/authorization`)
  let isStopped = false
  void untilStopped().then(() => {
    isStopped = true
  })
  say(`Open this address in a browser that is signed in to the Instagram account:\n\n  ${url}\n`)
  json({ authorization_url: url })
  let lookAgain = subscriptionLooks
  for (const deadline = Date.now() + wait; Date.now() < deadline && !isStopped; await delay(500)) {
    const [inbox] = [...(await connections(api, account))].find(([{ id }, at]) => before.get(id) !== at) ?? []
    if (inbox && (inbox.connection?.webhooks_subscribed || lookAgain-- <= 0)) return inbox
  }
  throw new CommandFailed('No inbox was connected in that time; run the command again for a fresh address.')
}

const connect = async (
  installation: InstallationApi,
  wanted: string | undefined,
  how: (api: Api, account: Account) => Promise<Inbox>,
): Promise<Inbox> => {
  const account = await chooseAccount(installation.platform, wanted)
  await using administrator = await asAdministrator(installation, account)
  return await how(administrator.api, account)
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
    const token = text(options, 'token')
    if (token === undefined && !installation.served)
      throw new UsageError('Instagram has to find a running server when you come back: start one with npm start first.')
    const held = token === '-' ? await readLine() : token
    const inbox = await connect(installation, text(options, 'account'), (api, account) =>
      held === undefined ? signIn(api, account, seconds * 1000, { say, json }) : adopt(api, account, held),
    ).catch((error: unknown) => {
      throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
    })
    report({ say, json }, inbox)
  },
}
