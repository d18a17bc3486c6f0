import type { Job } from '#application/jobs.ts'
import type { Accounts } from '#application/ports/accounts.ts'
import type { Contacts } from '#application/ports/contacts.ts'
import type { Conversations } from '#application/ports/conversations.ts'
import type { Credentials } from '#application/ports/credentials.ts'
import type { DataDeletions } from '#application/ports/data-deletions.ts'
import type { Erasures } from '#application/ports/erasures.ts'
import type { Events } from '#application/ports/events.ts'
import type { GapFills } from '#application/ports/gap-fills.ts'
import type { Gates } from '#application/ports/gates.ts'
import type { InboxSecrets } from '#application/ports/inbox-secrets.ts'
import type { Inboxes } from '#application/ports/inboxes.ts'
import type { IntakeQueue } from '#application/ports/intake.ts'
import type { Media } from '#application/ports/media.ts'
import type { Messages } from '#application/ports/messages.ts'
import type { Paces } from '#application/ports/paces.ts'
import type { RequestKeys } from '#application/ports/request-keys.ts'
import type { SealedValues } from '#application/ports/sealed-values.ts'
import type { SurroundingsOf } from '#application/ports/surroundings.ts'
import type { Typing } from '#application/ports/typing.ts'
import type { Uploads } from '#application/ports/uploads.ts'
import type { Webhooks } from '#application/ports/webhooks.ts'
import type { Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

export interface JobQueue {
  /** Part of the transaction: the jobs exist when it commits. One whose name, key and time still wait is not added again. */
  enqueue(jobs: readonly Job[]): Promise<void>
}

export interface SpentStateTokens {
  /** True the first time, false ever after. Forgets tokens that have expired. */
  spend(id: string, expiresAt: Instant, now: Instant): Promise<boolean>
}

/** Everything that can be written, inside one transaction. It has no channel, no network and no vault on purpose. */
export interface Tx {
  readonly accounts: Accounts
  readonly inboxes: Inboxes
  readonly inboxSecrets: InboxSecrets
  readonly credentials: Credentials
  readonly gates: Gates
  readonly paces: Paces
  readonly gapFills: GapFills
  readonly contacts: Contacts
  readonly conversations: Conversations
  readonly messages: Messages
  readonly typing: Typing
  readonly media: Media
  readonly uploads: Uploads
  readonly surroundings: SurroundingsOf
  readonly intake: IntakeQueue
  readonly dataDeletions: DataDeletions
  readonly erasures: Erasures
  readonly requestKeys: RequestKeys
  readonly sealedValues: SealedValues
  readonly stateTokens: SpentStateTokens
  readonly events: Events
  readonly webhooks: Webhooks
  readonly jobs: JobQueue
}

/**
 * Commits when `work` resolves to ok; rolls back, and changes nothing, when it resolves to an error or throws. `work` may be run
 * again where the database ended its transaction for another one's sake, so all that it does outside of `tx` must bear that.
 */
export interface UnitOfWork {
  run<T, E>(work: (tx: Tx) => Promise<Result<T, E>>): Promise<Result<T, E>>
}
