import { readConfig } from '../runtime/environment.ts'
import { loadSecrets } from '../runtime/installation.ts'
import { ApiRefusal } from './api.ts'
import { type Command, CommandFailed } from './command.ts'
import { counted } from './counted.ts'
import { openInstallationApi } from './installation-api.ts'

interface Rotated {
  readonly key: string
  readonly credentials: number
  readonly secrets: number
  readonly settings: number
  readonly unreadable: number
}

export const rotateKeys: Command = {
  summary: 'seal all stored secrets again with the first of ENCRYPTION_KEYS, while servers run',
  options: {},
  async run({ env, say, json }) {
    const config = readConfig(env)
    await using installation = await openInstallationApi(config)
    const rotated = await installation.platform<Rotated>('POST', '/platform/api/v1/encryption_keys/rotate').catch((error: unknown) => {
      throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
    })
    json(rotated)
    const [first] = loadSecrets(config).keys
    if (first && first.id !== rotated.key)
      throw new CommandFailed(
        `The running server seals with the key "${rotated.key}", but "${first.id}" is the first one here: restart the server, then run this again.`,
      )
    if (rotated.unreadable > 0)
      throw new CommandFailed(
        `${counted(rotated.unreadable, 'secret')} could not be opened: put the key that sealed them behind the others in ENCRYPTION_KEYS, restart, then run this again.`,
      )
    say(
      `${counted(rotated.credentials, 'token')}, ${counted(rotated.secrets, 'inbox secret')} and ${counted(rotated.settings, 'setting')} are sealed by the key "${rotated.key}" now; no other key is needed any more.`,
    )
  },
}
