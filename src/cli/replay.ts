import { readConfig } from '../runtime/environment.ts'
import { ApiRefusal } from './api.ts'
import { type Command, CommandFailed, type OptionValues, text, UsageError } from './command.ts'
import { openInstallationApi } from './installation-api.ts'

const selectionOf = (options: OptionValues): object => {
  const ids = text(options, 'ids')
  if (ids !== undefined) {
    if (!/^\d+(,\d+)*$/.test(ids)) throw new UsageError('--ids takes numbers with commas between them, for example 17,18.')
    return { ids: ids.split(',').map(Number) }
  }
  const [state, since, until] = ['state', 'since', 'until'].map((name) => text(options, name))
  if ([state, since, until].every((value) => value === undefined))
    throw new UsageError('Say what to replay with --ids, --state, --since or --until.')
  return { ...(state && { state }), ...(since && { since }), ...(until && { until }) }
}

export const replay: Command = {
  summary: 'apply events of the intake log again; what they did already they do not do twice',
  options: {
    ids: { type: 'string', about: 'ids of events, with commas between them' },
    state: { type: 'string', about: 'done, parked or unknown' },
    since: { type: 'string', about: 'received at this time or later (ISO 8601)' },
    until: { type: 'string', about: 'received before this time (ISO 8601)' },
  },
  async run({ env, options, say, json }) {
    const selection = selectionOf(options)
    await using installation = await openInstallationApi(readConfig(env))
    const answer = await installation
      .platform<{ replayed: number }>('POST', '/platform/api/v1/intake_events/replay', selection)
      .catch((error: unknown) => {
        throw error instanceof ApiRefusal ? new CommandFailed(error.message) : error
      })
    say(answer.replayed === 1 ? '1 event is applied again.' : `${answer.replayed} events are applied again.`)
    json(answer)
  },
}
