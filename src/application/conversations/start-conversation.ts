import { sourceIdFor } from '#application/contacts/source-id.ts'
import { insertConversation } from '#application/conversations/insert-conversations.ts'
import { type ContentError, checkContent } from '#application/messages/check-content.ts'
import { fillInOne, type Rendering } from '#application/messages/fill-in.ts'
import { readReplyRules } from '#application/messages/reply-rules.ts'
import { type IncomingMessage, writeIncoming } from '#application/messages/write-incoming.ts'
import { type OutgoingMessage, writeOutgoing } from '#application/messages/write-outgoing.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ContactInbox, EntryRefused } from '#application/ports/contacts.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { DrawKey } from '#application/ports/draw-key.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { JsonObject } from '#application/ports/queries.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { type ConversationStatus, currentConversation } from '#domain/conversation/conversation.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import type { AccountId, ContactId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** With whom: someone by what an inbox calls them, or a contact in an inbox, who is made known there where they are not. */
export interface StartConversationCommand {
  readonly accountId: AccountId
  readonly sourceId: string | undefined
  readonly inboxId: InboxId | undefined
  readonly contactId: ContactId | undefined
  /** Open where absent; a conversation with a blocked contact starts resolved in any case. */
  readonly status: ConversationStatus | undefined
  readonly additionalAttributes: JsonObject
  readonly customAttributes: JsonObject
  readonly message: ({ readonly type: 'outgoing' } & OutgoingMessage) | ({ readonly type: 'incoming' } & IncomingMessage) | undefined
}

export type StartConversationError =
  | ContentError
  | EntryRefused
  | { readonly code: 'inbox.unknown' | 'conversation.nobody_named' | 'conversation.not_startable' | 'message.outside_window' }

/** Starts a conversation in an inbox of the account's own software; answers its number as people see it. */
export type StartConversation = (command: StartConversationCommand) => Promise<Result<number, StartConversationError>>

interface Dependencies extends Rendering {
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly drawKey: DrawKey
  readonly clock: Clock
}

interface Place {
  readonly someone: ContactInbox
  readonly inbox: ConnectedInbox
  readonly channel: Channel
}

const say = async (
  tx: Tx,
  rendering: Rendering,
  { message }: StartConversationCommand,
  conversation: Conversation,
  { channel, inbox: { templates } }: Place,
  now: Instant,
): Promise<Result<null, ContentError>> => {
  if (message?.type === 'incoming') await writeIncoming(tx, message, conversation, { ...rendering, templates }, now)
  if (message?.type !== 'outgoing') return ok(null)
  const draft = await fillInOne(tx, rendering, { message, conversation, channel })
  const filled = checkContent(draft.message)
  if (filled.ok) await writeOutgoing(tx, [draft], now)
  return filled
}

export const createStartConversation = ({ channels, renderTemplate, unitOfWork, ids, drawKey, clock }: Dependencies): StartConversation => {
  const findSomeone = async (
    tx: Tx,
    command: StartConversationCommand,
    at: Instant,
  ): Promise<Result<ContactInbox, StartConversationError>> => {
    const { accountId, sourceId, inboxId, contactId } = command
    if (inboxId !== undefined && !(await tx.inboxes.find(accountId, inboxId))) return err({ code: 'inbox.unknown' })
    const known = await tx.contacts.newestInbox({ accountId, sourceId, inboxId, contactId })
    if (known) return ok(known)
    if (inboxId === undefined || contactId === undefined) return err({ code: 'contact.unknown' })
    return tx.contacts.enter({ accountId, contactId, inboxId, ...sourceIdFor(sourceId, drawKey), at })
  }

  const findPlace = async (tx: Tx, command: StartConversationCommand, now: Instant): Promise<Result<Place, StartConversationError>> => {
    const someone = await findSomeone(tx, command, now)
    if (!someone.ok) return someone
    const inbox = await tx.inboxes.find(command.accountId, someone.value.inboxId)
    const channel = inbox && channels.get(inbox.channel)
    return inbox && channel?.bridged ? ok({ someone: someone.value, inbox, channel }) : err({ code: 'conversation.not_startable' })
  }

  /** An inbox that is locked to one conversation a person answers that one. */
  const findConversation = async (tx: Tx, { someone, inbox, channel }: Place, command: StartConversationCommand, now: Instant) => {
    const current = inbox.lockToSingleConversation && currentConversation(await tx.conversations.candidates([someone.id]), true)
    if (current) return current
    const { status, additionalAttributes, customAttributes } = command
    const made = await insertConversation(tx, ids, { someone, at: now, status, additionalAttributes, customAttributes })
    await tellBridges(tx, [{ name: 'conversation_created', conversation: made, channel }], now)
    return made
  }

  return async (command) => {
    const { sourceId, inboxId, contactId, message } = command
    if (sourceId === undefined && (inboxId === undefined || contactId === undefined)) return err({ code: 'conversation.nobody_named' })
    const content = message && checkContent(message)
    if (content && !content.ok) return content
    const rulesOf = await readReplyRules(channels)
    return unitOfWork.run(async (tx): Promise<Result<number, StartConversationError>> => {
      const now = clock.now()
      const place = await findPlace(tx, command, now)
      if (!place.ok) return place
      const conversation = await findConversation(tx, place.value, command, now)
      const window = replyWindow(rulesOf(conversation), conversation.lastIncomingAt, now)
      if (message?.type === 'outgoing' && !message.private && !mayReply(window, message.author.kind === 'user'))
        return err({ code: 'message.outside_window' })
      const said = await say(tx, { channels, renderTemplate }, command, conversation, place.value, now)
      return said.ok ? ok(conversation.displayId) : said
    })
  }
}
