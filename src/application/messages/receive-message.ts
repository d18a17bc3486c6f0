import { type AttachError, type Attached, type NamedFile, readAttached, takeUploads } from '#application/messages/attach-uploads.ts'
import { type ContentError, checkContent, checkSendable, type UnsendableError } from '#application/messages/check-content.ts'
import type { Rendering } from '#application/messages/fill-in.ts'
import { type IncomingMessage, writeIncoming } from '#application/messages/write-incoming.ts'
import { type RequestKeyError, type WrittenMessage, writeOnce } from '#application/messages/write-once.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ReceiveMessageCommand extends Omit<IncomingMessage, 'files'> {
  readonly files?: readonly Attached[]
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  /** Where the client may repeat this request. */
  readonly request?: KeyedRequest
}

export type ReceiveMessageError =
  | RequestKeyError
  | ContentError
  | UnsendableError
  | AttachError
  | { readonly code: 'conversation.unknown' | 'message.incoming_not_allowed' }

/** Takes in what a customer wrote from the software that carries it; elsewhere only the provider says what customers write. */
export type ReceiveMessage = (command: ReceiveMessageCommand) => Promise<Result<WrittenMessage, ReceiveMessageError>>

interface Dependencies extends Rendering {
  readonly unitOfWork: UnitOfWork
  readonly uploadIds: UploadIds
  readonly clock: Clock
}

export const createReceiveMessage = ({ channels, renderTemplate, unitOfWork, uploadIds, clock }: Dependencies): ReceiveMessage => {
  const write = async (
    tx: Tx,
    command: Omit<ReceiveMessageCommand, 'files'>,
    attached: readonly NamedFile[],
    now: Instant,
  ): Promise<Result<MessageId, ReceiveMessageError>> => {
    const conversation = await tx.conversations.byDisplayId(command.accountId, command.displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    const inbox = await tx.inboxes.find(command.accountId, conversation.inboxId)
    const channel = channels.get(inbox?.channel ?? '')
    if (!inbox || !channel?.bridged) return err({ code: 'message.incoming_not_allowed' })
    const files = await takeUploads(tx, command.accountId, attached)
    if (!files.ok) return files
    const message = { ...command, files: files.value }
    const carried = checkSendable(message, channel.limits)
    if (!carried.ok) return carried
    return ok(await writeIncoming(tx, message, conversation, { channels, renderTemplate, templates: inbox.templates }, now))
  }

  return async ({ files, ...command }) => {
    const content = checkContent({ ...command, files })
    if (!content.ok) return content
    const attached = await readAttached(uploadIds, command.accountId, files)
    if (!attached.ok) return attached
    return unitOfWork.run((tx) => {
      const now = clock.now()
      return writeOnce(tx, command.request, now, () => write(tx, command, attached.value, now))
    })
  }
}
