import { readConfig } from '../runtime/environment.ts'
import { type Api, ApiRefusal } from './api.ts'
import { type Command, CommandFailed, type Invocation } from './command.ts'
import { openInstallationApi } from './installation-api.ts'

interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown'
  readonly message: string
}

interface InspectedInbox {
  readonly account_id: number
  readonly inbox_id: number
  readonly name: string
  readonly connection: { readonly checks: readonly Finding[] }
}

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok  ', warning: '!   ', failed: 'FAIL', unknown: '?   ' }

/** All inboxes, page by page. */
const inboxes = async function* (platform: Api): AsyncGenerator<InspectedInbox> {
  for (let page = 1; ; page++) {
    const { payload } = await platform<{ payload: InspectedInbox[] }>('GET', `/platform/api/v1/doctor/inboxes?page=${page}`)
    if (payload.length === 0) return
    yield* payload
  }
}

/** Tells all of it; answers how many checks failed. */
const inspect = async (platform: Api, { say, json }: Pick<Invocation, 'say' | 'json'>): Promise<number> => {
  let failed = 0
  const tell = (title: string, about: object, findings: readonly Finding[]): void => {
    say(title)
    for (const { check, state, message } of findings) say(`  ${marks[state]}  ${check}: ${message}`)
    for (const finding of findings) json({ ...about, ...finding })
    failed += findings.filter(({ state }) => state === 'failed').length
  }
  const { checks } = await platform<{ checks: (Finding & { channel: string })[] }>('GET', '/platform/api/v1/doctor')
  tell('Installation', {}, checks)
  for await (const { account_id, inbox_id, name, connection } of inboxes(platform)) {
    tell(`Inbox ${inbox_id} "${name}" of account ${account_id}`, { account_id, inbox_id }, connection.checks)
  }
  return failed
}

export const doctor: Command = {
  summary: 'check everything between this installation and the providers, and say what to do',
  options: {},
  async run({ env, say, json }) {
    await using installation = await openInstallationApi(readConfig(env))
    const failed = await inspect(installation.platform, { say, json }).catch((error: unknown) => {
      throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
    })
    if (failed > 0) throw new CommandFailed(failed === 1 ? 'One check failed.' : `${failed} checks failed.`)
    say('Nothing failed.')
  },
}
