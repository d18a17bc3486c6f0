import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { type Connection, standingAt } from '#application/inboxes/standing.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Finding } from '#application/ports/finding.ts'
import type { Queries } from '#application/ports/queries.ts'
import { type Silence, silenceOf } from '#domain/inbox/silence.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { days, type Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type InspectConnectionError = { readonly code: 'inbox.unknown' | 'inbox.not_connectable' }

export interface Inspection {
  readonly connection: Connection
  readonly findings: readonly Finding[]
  /** Since when an inbox that is in use hears nothing, where that is so. */
  readonly quietSince: Instant | null
}

/** Looks at everything that a connection needs, and asks the provider what only it knows. Changes nothing. */
export type InspectConnection = (which: {
  readonly accountId: AccountId
  readonly inboxId: InboxId
}) => Promise<Result<Inspection, InspectConnectionError>>

interface Dependencies {
  readonly channels: Channels
  readonly queries: Queries
  readonly openAccess: OpenAccess
  readonly clock: Clock
}

const standings: Readonly<Record<Connection['state'], Finding>> = {
  connected: { check: 'connection', state: 'ok', message: 'The inbox is connected.' },
  refresh_failing: {
    check: 'connection',
    state: 'warning',
    message: 'The token could not be renewed; it is tried again, and until it expires everything works. If this stays, connect again.',
  },
  reauthorization_required: {
    check: 'connection',
    state: 'failed',
    message: 'The provider no longer accepts the connection; connect the inbox again. What comes in is kept and what goes out waits.',
  },
  disconnected: { check: 'connection', state: 'warning', message: 'The inbox is disconnected; connect it again if it is still needed.' },
}

const disconnected = ({ lastError }: Connection): Finding =>
  lastError === null ? standings.disconnected : { ...standings.disconnected, message: `${standings.disconnected.message} ${lastError}` }

const expiry = ({ tokenExpiresAt }: Connection, now: Instant): Finding => {
  if (tokenExpiresAt === null) return { check: 'expiry', state: 'failed', message: 'There is no token; connect the inbox again.' }
  const left = Math.floor((tokenExpiresAt - now) / days(1))
  if (now >= tokenExpiresAt) return { check: 'expiry', state: 'failed', message: 'The token has expired; connect the inbox again.' }
  const state = left < 7 ? 'warning' : 'ok'
  return {
    check: 'expiry',
    state,
    message: `The token lives ${left === 0 ? 'less than a day' : left === 1 ? 'one more day' : `${left} more days`}${state === 'ok' ? '.' : '; connect the inbox again before that.'}`,
  }
}

const webhooks = ({ webhooksSubscribed, lastError }: Connection): Finding =>
  webhooksSubscribed
    ? { check: 'webhooks', state: 'ok', message: 'The provider agreed to send us the events of the account.' }
    : {
        check: 'webhooks',
        state: 'failed',
        message: lastError ?? 'The provider did not agree to send us events yet; it is asked every hour.',
      }

const quiet: Readonly<Record<Silence['because'], string>> = {
  no_echo: 'The provider took an answer, but sent no event of it; check that the app is live and its webhook fields are ticked.',
  no_events: 'Much longer than usual nobody wrote; write to the account from another one, and if that does not arrive, connect it again.',
}

const lastEvent = ({ lastEventAt }: Connection, silence: Silence | null): Finding => {
  if (silence) return { check: 'last_event', state: 'warning', message: quiet[silence.because] }
  return lastEventAt === null
    ? {
        check: 'last_event',
        state: 'unknown',
        message: 'No event has come yet; write to the account from another one to see that it works.',
      }
    : { check: 'last_event', state: 'ok', message: 'Events come as often as they used to.' }
}

export const createInspectConnection =
  ({ channels, queries, openAccess, clock }: Dependencies): InspectConnection =>
  async ({ accountId, inboxId }) => {
    const inbox = await queries.inbox(accountId, inboxId)
    if (!inbox) return err({ code: 'inbox.unknown' })
    const channel = channels.get(inbox.channel)
    if (!inbox.connection || !channel?.oauth) return err({ code: 'inbox.not_connectable' })
    const now = clock.now()
    const connection = standingAt(inbox.connection, now)
    if (connection.state === 'disconnected') return ok({ connection, findings: [disconnected(connection)], quietSince: null })
    const { lastEventAt } = connection
    const silence = silenceOf({ lastEventAt, ...(await queries.inboxRhythm(accountId, inboxId, lastEventAt)) }, now)
    const access = await openAccess(accountId, inboxId)
    const seen = access && channel.doctor ? await channel.doctor.account(access, connection) : []
    const findings = [standings[connection.state], expiry(connection, now), webhooks(connection), lastEvent(connection, silence), ...seen]
    return ok({ connection, findings, quietSince: silence?.since ?? null })
  }
