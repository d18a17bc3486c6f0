import { readConfig } from '../runtime/environment.ts'
import { ApiRefusal } from './api.ts'
import { type Command, CommandFailed, text } from './command.ts'
import { openInstallationApi } from './installation-api.ts'
import { setUpTenant } from './set-up.ts'

export const setup: Command = {
  summary: 'make an account, an administrator and an API token',
  options: {
    account: { type: 'string', about: 'name of the account (default: My company)' },
    name: { type: 'string', about: 'name of the administrator (default: Administrator)' },
    email: { type: 'string', about: 'e-mail of the administrator (default: admin@example.com)' },
  },
  async run({ env, options, say, json }) {
    const config = readConfig(env)
    await using installation = await openInstallationApi(config)
    const people = {
      account: text(options, 'account') ?? 'My company',
      name: text(options, 'name') ?? 'Administrator',
      email: text(options, 'email') ?? 'admin@example.com',
    }
    const tenant = await setUpTenant(installation.platform, people).catch((error: unknown) => {
      throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
    })
    say(`Account ${tenant.accountId} "${people.account}" is ready, with ${people.email} as its administrator.`)
    say(`API token, shown this once: ${tenant.token}`)
    say('Next: npm run cli -- connect instagram')
    json({ account_id: tenant.accountId, user_id: tenant.userId, api_access_token: tenant.token })
  },
}
