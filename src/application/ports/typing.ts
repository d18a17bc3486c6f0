import type { TypingNotice } from '#domain/conversation/typing.ts'
import type { AccountId, ConversationId } from '#domain/shared/ids.ts'

/** What the provider was last told of agents who type. */
export interface Typing {
  /** Locked until the transaction ends, where there is one. */
  last(accountId: AccountId, conversationId: ConversationId): Promise<TypingNotice | undefined>
  save(accountId: AccountId, conversationId: ConversationId, notice: TypingNotice): Promise<void>
}
