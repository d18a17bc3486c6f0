import type { Surroundings } from '#domain/message/variables.ts'
import type { AccountId, ConversationId, UserId } from '#domain/shared/ids.ts'

export interface SpokenIn {
  readonly accountId: AccountId
  readonly conversationId: ConversationId
  /** Who writes; null where no person does. */
  readonly userId: UserId | null
}

/** What messages may name. */
export interface SurroundingsOf {
  /** For each in the order given; undefined for a conversation that the account does not have. Locks nothing. */
  read(spoken: readonly SpokenIn[]): Promise<readonly (Surroundings | undefined)[]>
}
