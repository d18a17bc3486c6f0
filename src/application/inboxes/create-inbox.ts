import { changed, type InboxChanges, type InboxSettingsError } from '#application/inboxes/change-inbox.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId, InboxId, UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type CreateInboxError = InboxSettingsError | { readonly code: 'inbox.type_not_creatable' }

/** Makes an inbox whose other side is the account's own software; inboxes of providers come by connecting an account there. */
export type CreateInbox = (command: {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly name: string
  readonly channel: string
  /** Where that software wants to hear of messages: http or https. */
  readonly webhookUrl: string | undefined
  readonly lockToSingleConversation: boolean
  /** How many hours after a customer wrote people may answer; null: any. */
  readonly replyHours: number | null
  /** What else is chosen for it. */
  readonly changes?: InboxChanges
}) => Promise<Result<InboxId, CreateInboxError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
}

export const createCreateInbox =
  ({ channels, unitOfWork, ids, clock }: Dependencies): CreateInbox =>
  async ({ userId, changes = {}, ...command }) => {
    const name = command.name.trim()
    if (name === '') return err({ code: 'inbox.name_missing' })
    if (!channels.get(command.channel)?.bridged) return err({ code: 'inbox.type_not_creatable' })
    const at = clock.now()
    const bridge = {
      alternateKey: null,
      providerName: name,
      accountType: null,
      permissions: [],
      connectedBy: userId,
      connectedAt: at,
    }
    return unitOfWork.run(async (tx): Promise<Result<InboxId, CreateInboxError>> => {
      const inboxId = await tx.inboxes.insert({ ...command, name, channelKey: ids.next(), at }, bridge)
      if (inboxId === undefined) throw new Error('An identifier was drawn twice.')
      const before = await tx.inboxes.settings(command.accountId, inboxId)
      const chosen = before && changed(before, changes)
      if (!chosen) throw new Error('The inbox was made in this transaction.')
      if (!chosen.ok) return chosen
      if (Object.values(changes).some((value) => value !== undefined))
        await tx.inboxes.saveSettings(command.accountId, inboxId, chosen.value)
      return ok(inboxId)
    })
  }
