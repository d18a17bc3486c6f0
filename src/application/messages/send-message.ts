import { inOne } from '#application/in-one.ts'
import { type AttachError, type Attached, type NamedFile, readAttached, takeUploads } from '#application/messages/attach-uploads.ts'
import { type ContentError, checkContent, checkSendable, type UnsendableError } from '#application/messages/check-content.ts'
import { fillIn, type Rendering } from '#application/messages/fill-in.ts'
import { type QuoteError, quotedIn, quoteMessage } from '#application/messages/quote-message.ts'
import { type RulesOf, readReplyRules } from '#application/messages/reply-rules.ts'
import { type RequestKeyError, type WrittenMessage, writeOnce } from '#application/messages/write-once.ts'
import { type Draft, type OutgoingMessage, writeOutgoing } from '#application/messages/write-outgoing.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import { leftOut, together } from '#application/together.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

interface Addressed {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
}

export interface SendMessageCommand extends Addressed, Omit<OutgoingMessage, 'files'> {
  readonly files?: readonly Attached[]
  /** Where the client may repeat this request. */
  readonly request?: KeyedRequest
}

export type SendMessageError =
  | RequestKeyError
  | ContentError
  | UnsendableError
  | QuoteError
  | AttachError
  | { readonly code: 'conversation.unknown' }
  | { readonly code: 'message.outside_window'; readonly closesAt: Instant | null }

/** Writes an agent's message down and asks for its delivery, in one transaction. */
export type SendMessage = (command: SendMessageCommand) => Promise<Result<WrittenMessage, SendMessageError>>

interface Dependencies extends Rendering {
  readonly unitOfWork: UnitOfWork
  readonly uploadIds: UploadIds
  readonly clock: Clock
}

/** What is to be written, and by which rules. */
interface Asked {
  readonly command: Addressed & OutgoingMessage
  readonly rulesOf: RulesOf
}

interface Placed {
  readonly message: OutgoingMessage
  readonly rulesOf: RulesOf
  readonly conversation: Conversation | undefined
}

const idAt = (ids: readonly MessageId[], n: number): MessageId => {
  const id = ids[n]
  if (id === undefined) throw new Error('A message was inserted without an id.')
  return id
}

const createWriteAll = ({ channels, renderTemplate, clock }: Omit<Dependencies, 'unitOfWork' | 'uploadIds'>) => {
  const compose = ({ message, rulesOf, conversation }: Placed, now: Instant): Result<Draft, SendMessageError> => {
    if (!conversation) return err({ code: 'conversation.unknown' })
    const content = checkContent(message)
    if (!content.ok) return content
    const window = replyWindow(rulesOf(conversation), conversation.lastIncomingAt, now)
    if (!message.private && !mayReply(window, message.author.kind === 'user'))
      return err({ code: 'message.outside_window', closesAt: window.closesAt })
    const channel = channels.get(conversation.channel)
    const sendable = message.private || !channel ? ok(null) : checkSendable(message, channel.limits)
    return sendable.ok ? ok({ message, conversation, channel }) : sendable
  }

  /** Of each what became of it. What may not be written leaves nothing. */
  return async (
    tx: Tx,
    asked: readonly Asked[],
    conversations: readonly Conversation[],
  ): Promise<readonly Result<MessageId, SendMessageError>[]> => {
    const now = clock.now()
    const placed = asked.map(({ command: message, rulesOf }): Placed => {
      const isMeant = ({ accountId, displayId }: Conversation) => accountId === message.accountId && displayId === message.displayId
      return { message, rulesOf, conversation: conversations.find(isMeant) }
    })
    const drafts = (await fillIn(tx, { channels, renderTemplate }, placed)).map((each) => compose(each, now))
    const ids = await writeOutgoing(
      tx,
      drafts.flatMap((draft) => (draft.ok ? [draft.value] : [])),
      now,
    )
    let written = 0
    return drafts.map((draft) => (draft.ok ? ok(idAt(ids, written++)) : draft))
  }
}

export const createSendMessage = (dependencies: Dependencies): SendMessage => {
  const { channels, unitOfWork, uploadIds, clock } = dependencies
  const writeAll = createWriteAll(dependencies)

  const writeAlone = (asked: Asked, attached: readonly NamedFile[] = [], request?: KeyedRequest): ReturnType<SendMessage> =>
    unitOfWork.run((tx) =>
      writeOnce(tx, request, clock.now(), async () => {
        const conversation = await tx.conversations.byDisplayId(asked.command.accountId, asked.command.displayId)
        if (!conversation) return err({ code: 'conversation.unknown' })
        const command = await quoteMessage(tx, asked.command, conversation, channels)
        if (!command.ok) return command
        const files = await takeUploads(tx, conversation.accountId, attached)
        if (!files.ok) return files
        const [written] = await writeAll(tx, [{ ...asked, command: { ...command.value, files: files.value } }], [conversation])
        return written ?? err({ code: 'conversation.unknown' })
      }),
    )

  /** One whose conversation is not there, or which somebody holds, is looked at alone. */
  const writeTogether = together<Asked, Awaited<ReturnType<SendMessage>>>(
    (asked) =>
      inOne(unitOfWork, async (tx) => {
        const written = await writeAll(tx, asked, await tx.conversations.freeByDisplayId(asked.map(({ command }) => command)))
        return written.map((result) => {
          if (result.ok) return ok({ messageId: result.value })
          return result.error.code === 'conversation.unknown' ? leftOut : result
        })
      }),
    (asked) => writeAlone(asked),
  )

  return async ({ files, request, ...command }) => {
    const content = checkContent({ ...command, files })
    if (!content.ok) return content
    const attached = await readAttached(uploadIds, command.accountId, files)
    if (!attached.ok) return attached
    const asked = { command, rulesOf: await readReplyRules(channels) }
    const isSimple = !request && attached.value.length === 0 && quotedIn(command) === undefined
    return isSimple ? writeTogether(asked) : writeAlone(asked, attached.value, request)
  }
}
