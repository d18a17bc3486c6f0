import { tellOfState } from '#application/inboxes/change-state.ts'
import { connectPurpose } from '#application/inboxes/start-connection.ts'
import type { SubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import type { Channels, ConnectFailure, GrantedAccount } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import type { ConnectionDetails } from '#application/ports/inboxes.ts'
import { awaitsInbox } from '#application/ports/intake.ts'
import type { StateTokens } from '#application/ports/state-tokens.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { issued, refreshKey } from '#domain/inbox/credential.ts'
import type { AccountId, InboxId, UserId } from '#domain/shared/ids.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type CompleteConnectionError =
  | { readonly code: 'channel.unknown' | 'state.invalid' | 'state.expired' | 'state.spent' }
  /** The state was good, so we know where to send the person back to. */
  | { readonly code: 'connection.refused'; readonly accountId: AccountId; readonly failure: ConnectFailure }
  | { readonly code: 'connection.taken'; readonly accountId: AccountId }

export interface CompletedConnection {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  /** False where an inbox that was there before is connected again. */
  readonly created: boolean
}

/** The browser came back from the provider, with a code or with a refusal. */
export type CompleteConnection = (command: {
  readonly channel: string
  readonly state: string
  readonly redirectUri: string
  readonly answer: { readonly code: string } | { readonly refusal: string }
}) => Promise<Result<CompletedConnection, CompleteConnectionError>>

interface Dependencies {
  readonly channels: Channels
  readonly stateTokens: StateTokens
  readonly vault: Vault
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly subscribeWebhooks: SubscribeWebhooks
  /** Called when events that waited for this inbox can be applied. */
  readonly wakeIntake: () => void
}

interface Connecting {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly channel: string
  readonly granted: GrantedAccount
  readonly sealed: string
}

/** Makes the inbox or takes up the account's earlier one; undefined where another inbox holds this provider account. */
const connectInbox = async (tx: Tx, { accountId, userId, channel, granted }: Connecting): Promise<CompletedConnection | undefined> => {
  const details: ConnectionDetails = {
    alternateKey: granted.alternateKey,
    providerName: granted.providerName,
    accountType: granted.accountType,
    permissions: granted.permissions,
    connectedBy: userId,
    connectedAt: granted.issuedAt,
  }
  const key = { channel, channelKey: granted.channelKey }
  const earlier = await tx.inboxes.ofAccount(accountId, key)
  if (earlier) {
    const reconnected = await tx.inboxes.reconnect(earlier.inboxId, details)
    if (!reconnected) return undefined
    await tellOfState(tx, earlier, 'connected', granted.issuedAt)
    return { accountId, inboxId: earlier.inboxId, created: false }
  }
  const inboxId = await tx.inboxes.insert({ accountId, name: granted.providerName, at: granted.issuedAt, ...key }, details)
  return inboxId === undefined ? undefined : { accountId, inboxId, created: true }
}

const saveConnection = async (tx: Tx, connecting: Connecting): Promise<Result<CompletedConnection, CompleteConnectionError>> => {
  const { accountId, channel, granted, sealed } = connecting
  const connected = await connectInbox(tx, connecting)
  if (!connected) return err({ code: 'connection.taken', accountId })
  const { inboxId } = connected
  await tx.credentials.save({ accountId, inboxId }, { sealed, ...issued(granted, refreshKey(inboxId)) })
  await tx.intake.release(channel, [awaitsInbox(granted.channelKey)])
  const released = await tx.messages.release({ inboxId })
  await tx.jobs.enqueue([
    // We subscribe right after the commit; the job is for the crash between the two.
    { name: 'subscribe-webhooks', key: String(inboxId), payload: { accountId, inboxId }, at: granted.issuedAt + seconds(60) },
    ...released.map((payload) => ({ name: 'deliver-conversation', key: String(payload.conversationId), payload }) as const),
  ])
  return ok(connected)
}

export const createCompleteConnection =
  ({ channels, stateTokens, vault, unitOfWork, clock, subscribeWebhooks, wakeIntake }: Dependencies): CompleteConnection =>
  async ({ channel, state, redirectUri, answer }) => {
    const oauth = channels.get(channel)?.oauth
    if (!oauth) return err({ code: 'channel.unknown' })
    const opened = await stateTokens.open(state, connectPurpose(channel))
    if (!opened.ok) return err({ code: opened.error })
    const { accountId, userId, id, expiresAt } = opened.value
    const fresh = await unitOfWork.run(async (tx) => ok(await tx.stateTokens.spend(id, expiresAt, clock.now())))
    if (!fresh.ok || !fresh.value) return err({ code: 'state.spent' })
    if ('refusal' in answer) {
      return err({ code: 'connection.refused', accountId, failure: { code: 'connection.denied', message: answer.refusal } })
    }
    const granted = await oauth.exchange({ code: answer.code, redirectUri })
    if (!granted.ok) return err({ code: 'connection.refused', accountId, failure: granted.error })
    const sealed = await vault.seal(granted.value.token, credentialContext(channel, granted.value.channelKey))
    const saved = await unitOfWork.run((tx) => saveConnection(tx, { accountId, userId, channel, granted: granted.value, sealed }))
    if (!saved.ok) return saved
    wakeIntake()
    await subscribeWebhooks(saved.value)
    return saved
  }
