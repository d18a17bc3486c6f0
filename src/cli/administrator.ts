import type { Api, Download } from './api.ts'
import { UsageError } from './command.ts'
import type { InstallationApi } from './installation-api.ts'

export interface Account {
  readonly id: number
  readonly name: string
}

/** The account that is meant: the one there is, or the one that was named. */
export const chooseAccount = async (platform: Api, wanted: string | undefined): Promise<Account> => {
  const accounts = await platform<Account[]>('GET', '/platform/api/v1/accounts')
  const [only] = wanted === undefined ? accounts : accounts.filter((account) => String(account.id) === wanted)
  if (only && (wanted !== undefined || accounts.length === 1)) return only
  if (accounts.length === 0) throw new UsageError('There is no account yet; make one with: npm run cli -- setup')
  const known = accounts.map(({ id, name }) => `${id} (${name})`).join(', ')
  throw new UsageError(`Say which account with --account ID; there are ${known}.`)
}

const administratorToken = async (platform: Api, account: Account): Promise<string> => {
  const members = await platform<{ user_id: number; role: string }[]>('GET', `/platform/api/v1/accounts/${account.id}/account_users`)
  const administrator = members.find((member) => member.role === 'administrator')
  if (!administrator) throw new UsageError(`Account ${account.id} has no administrator; make one with: npm run cli -- setup`)
  const { access_token } = await platform<{ access_token: string }>('POST', `/platform/api/v1/users/${administrator.user_id}/token`)
  return access_token
}

/** The account's API for one of its administrators, by a token that ends with the command. */
export interface Administrator extends AsyncDisposable {
  readonly api: Api
  readonly download: Download
}

export const asAdministrator = async (installation: InstallationApi, account: Account): Promise<Administrator> => {
  const token = await administratorToken(installation.platform, account)
  const api = installation.as(token)
  return { api, download: installation.downloadAs(token), [Symbol.asyncDispose]: () => api('DELETE', '/api/v1/profile/access_token') }
}
