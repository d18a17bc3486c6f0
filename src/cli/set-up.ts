import type { Api } from './api.ts'

export interface Tenant {
  readonly accountId: number
  readonly userId: number
  /** API token of the administrator. */
  readonly token: string
}

interface Row {
  readonly id: number
}

/** An account with an administrator who holds a token, through the platform API. */
export const setUpTenant = async (
  platform: Api,
  { account, name, email }: { account: string; name: string; email: string },
): Promise<Tenant> => {
  const { id: accountId } = await platform<Row>('POST', '/platform/api/v1/accounts', { name: account })
  const { id: userId } = await platform<Row>('POST', '/platform/api/v1/users', { name, email })
  await platform('POST', `/platform/api/v1/accounts/${accountId}/account_users`, { user_id: userId, role: 'administrator' })
  const { access_token: token } = await platform<{ access_token: string }>('POST', `/platform/api/v1/users/${userId}/token`)
  return { accountId, userId, token }
}
