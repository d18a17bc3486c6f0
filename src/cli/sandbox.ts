import { readConfig } from '../runtime/environment.ts'
import { untilStopped } from '../runtime/main.ts'
import { startSandbox } from '../sandbox/index.ts'
import type { Command } from './command.ts'

/** What the simulated Instagram accepts where the environment names no app. */
export const sandboxApp = { appId: '1234567890123456', appSecret: 'sandbox-app-secret' }

export const sandbox: Command = {
  summary: 'run the simulated Instagram alone, on SANDBOX_PORT',
  options: {},
  async run({ env, say, json }) {
    const config = readConfig(env)
    const appId = config.settings.get('INSTAGRAM_APP_ID') ?? sandboxApp.appId
    const appSecret = config.settings.get('INSTAGRAM_APP_SECRET') ?? sandboxApp.appSecret
    const simulation = await startSandbox({ appId, appSecret, port: config.sandboxPort })
    const { authorize, oauth, graph } = simulation.urls
    say(`The simulated Instagram is at ${simulation.url}. To use it, start Dovecote with:`)
    say(`  INSTAGRAM_APP_ID=${appId}`)
    say(`  INSTAGRAM_APP_SECRET=${appSecret === sandboxApp.appSecret ? appSecret : '(as in your environment)'}`)
    say(`  INSTAGRAM_AUTHORIZE_URL=${authorize}\n  INSTAGRAM_OAUTH_URL=${oauth}\n  INSTAGRAM_GRAPH_URL=${graph}`)
    json({ url: simulation.url, urls: simulation.urls, app_id: appId })
    await untilStopped()
    await simulation.close()
  },
}
