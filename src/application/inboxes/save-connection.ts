import { tellOfState } from '#application/inboxes/change-state.ts'
import type { SubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import { askGapFill } from '#application/intake/ask-gap-fill.ts'
import type { GrantedAccount } from '#application/ports/channel.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import type { ConnectionDetails } from '#application/ports/inboxes.ts'
import { awaitsInbox } from '#application/ports/intake.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { issued, refreshKey } from '#domain/inbox/credential.ts'
import type { AccountId, InboxId, UserId } from '#domain/shared/ids.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

interface Connecting {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly channel: string
  readonly granted: GrantedAccount
}

export interface SavedConnection {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  /** False where an inbox that was there before is connected again. */
  readonly created: boolean
}

/** Makes an inbox of a granted account, or connects the account's earlier one again; then asks the provider for its events. */
export type SaveConnection = (connecting: Connecting) => Promise<Result<SavedConnection, 'connection.taken'>>

interface Dependencies {
  readonly vault: Vault
  readonly unitOfWork: UnitOfWork
  readonly subscribeWebhooks: SubscribeWebhooks
  /** Called when events that waited for this inbox can be applied. */
  readonly wakeIntake: () => void
}

/** Undefined where another inbox holds this provider account. */
const connectInbox = async (tx: Tx, { accountId, userId, channel, granted }: Connecting): Promise<SavedConnection | undefined> => {
  const details: ConnectionDetails = {
    alternateKey: granted.alternateKey,
    providerName: granted.providerName,
    accountType: granted.accountType,
    permissions: granted.permissions,
    connectedBy: userId,
    connectedAt: granted.issuedAt,
  }
  const key = { channel, channelKey: granted.channelKey }
  const again = async (): Promise<SavedConnection | undefined> => {
    const earlier = await tx.inboxes.ofAccount(accountId, key)
    if (!earlier || !(await tx.inboxes.reconnect(earlier.inboxId, details))) return undefined
    await tellOfState(tx, earlier, 'connected', granted.issuedAt)
    return { accountId, inboxId: earlier.inboxId, created: false }
  }
  const known = await tx.inboxes.ofAccount(accountId, key)
  if (known) return again()
  const inboxId = await tx.inboxes.insert({ accountId, name: granted.providerName, at: granted.issuedAt, ...key }, details)
  // Where it was made by somebody else at this moment, and in this account, this is a reconnection after all.
  return inboxId === undefined ? again() : { accountId, inboxId, created: true }
}

const save = async (tx: Tx, connecting: Connecting, sealed: string): Promise<Result<SavedConnection, 'connection.taken'>> => {
  const { accountId, channel, granted } = connecting
  const connected = await connectInbox(tx, connecting)
  if (!connected) return err('connection.taken')
  const { inboxId } = connected
  await tx.credentials.save({ accountId, inboxId }, { sealed, ...issued(granted, refreshKey(inboxId)) })
  await tx.intake.release(channel, [awaitsInbox(granted.channelKey)])
  await askGapFill(tx, connected, granted.issuedAt)
  const released = await tx.messages.release({ inboxId })
  await tx.jobs.enqueue([
    // We subscribe right after the commit; the job is for the crash between the two.
    { name: 'subscribe-webhooks', key: String(inboxId), payload: { accountId, inboxId }, at: granted.issuedAt + seconds(60) },
    ...released.map((payload) => ({ name: 'deliver-conversation', key: String(payload.conversationId), payload }) as const),
  ])
  return ok(connected)
}

export const createSaveConnection =
  ({ vault, unitOfWork, subscribeWebhooks, wakeIntake }: Dependencies): SaveConnection =>
  async (connecting) => {
    const { channel, granted } = connecting
    const sealed = await vault.seal(granted.token, credentialContext(channel, granted.channelKey))
    const saved = await unitOfWork.run((tx) => save(tx, connecting, sealed))
    if (!saved.ok) return saved
    wakeIntake()
    await subscribeWebhooks(saved.value)
    return saved
  }
