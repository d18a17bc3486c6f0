import type { DeletionView } from '#application/ports/data-deletions.ts'
import type { ConversationView, MessageView } from '#application/ports/queries.ts'
import type { AccountId, ContactId, ConversationId, MessageId } from '#domain/shared/ids.ts'

/** Reads of all that is kept about one person, and of what became of it. */
export interface ContactRecords {
  /** A contact's conversations beyond one, in the order of their ids, 20 a time; 0: from the first one on. */
  contactHistory(accountId: AccountId, contactId: ContactId, after: ConversationId): Promise<readonly ConversationView[]>
  /** A conversation's messages beyond one, in the order of their ids, 200 a time; 0: from the first one on. */
  conversationHistory(accountId: AccountId, conversationId: ConversationId, after: MessageId): Promise<readonly MessageView[]>
  /** What became of the request to delete everything about a contact. */
  contactErasure(accountId: AccountId, contactId: ContactId): Promise<DeletionView | undefined>
}
