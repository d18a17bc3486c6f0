import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Conversation, NewConversation } from '#application/ports/conversations.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type ConversationStatus, newConversation } from '#domain/conversation/conversation.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** A conversation that is not there yet, and what it has beside its clocks. */
export interface WantedConversation extends Pick<NewConversation, 'seenUntil' | 'additionalAttributes' | 'customAttributes'> {
  readonly someone: ContactInbox
  /** When its first message is written. */
  readonly at: Instant
  /** Open where absent; with somebody who is blocked it is resolved in any case. */
  readonly status?: ConversationStatus | undefined
}

const compose = ({ someone, at, status, ...more }: WantedConversation, uuid: string): NewConversation => {
  const { id: contactInboxId, accountId, inboxId, contactId, blocked } = someone
  const started = newConversation(at, blocked)
  const given = status === undefined || blocked ? started : { ...started, status }
  return { ...given, ...more, accountId, inboxId, contactId, contactInboxId, uuid }
}

/** In the order given. */
export const insertConversations = async (tx: Tx, ids: Ids, wanted: readonly WantedConversation[]): Promise<readonly Conversation[]> => {
  const made = await tx.conversations.insert(wanted.map((each) => compose(each, ids.next())))
  if (made.length !== wanted.length) throw new Error(`${made.length} conversations were made instead of ${wanted.length}.`)
  return made
}

export const insertConversation = async (tx: Tx, ids: Ids, wanted: WantedConversation): Promise<Conversation> => {
  const [made] = await insertConversations(tx, ids, [wanted])
  if (!made) throw new Error('The conversation was not made.')
  return made
}
