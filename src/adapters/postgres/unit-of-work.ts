import type { Kysely, Transaction } from 'kysely'
import { createAccounts } from '#adapters/postgres/accounts.ts'
import { createContacts } from '#adapters/postgres/contacts.ts'
import { createConversations } from '#adapters/postgres/conversations.ts'
import { createCredentials } from '#adapters/postgres/credentials.ts'
import { createDataDeletions } from '#adapters/postgres/data-deletions.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { createErasures } from '#adapters/postgres/erasures.ts'
import { createEvents } from '#adapters/postgres/events.ts'
import { createGapFills } from '#adapters/postgres/gap-fills.ts'
import { createGates } from '#adapters/postgres/gates.ts'
import { createInboxSecrets } from '#adapters/postgres/inbox-secrets.ts'
import { createInboxes } from '#adapters/postgres/inboxes.ts'
import { createIntakeQueue } from '#adapters/postgres/intake-queue.ts'
import { createJobQueues } from '#adapters/postgres/job-queue.ts'
import { createMedia } from '#adapters/postgres/media.ts'
import { createMessages } from '#adapters/postgres/messages.ts'
import { createPaces } from '#adapters/postgres/paces.ts'
import { createRequestKeys } from '#adapters/postgres/request-keys.ts'
import { createSealedValues } from '#adapters/postgres/sealed-values.ts'
import { createSpentStateTokens } from '#adapters/postgres/state-tokens.ts'
import { createSurroundings } from '#adapters/postgres/surroundings.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { createTyping } from '#adapters/postgres/typing.ts'
import { createUploads } from '#adapters/postgres/uploads.ts'
import { createWake, jobsChannel } from '#adapters/postgres/wakes.ts'
import { createWebhooks } from '#adapters/postgres/webhooks.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { JobQueue, Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Result } from '#domain/shared/result.ts'

/** Carries a "no" out of Kysely's transaction, which rolls back only when something is thrown. */
class Rollback<R> extends Error {
  override readonly name = 'Rollback'
  readonly result: R
  constructor(result: R) {
    super('rolled back')
    this.result = result
  }
}

const bind = (trx: Transaction<Tables>, jobs: JobQueue, ids: Ids): Tx => ({
  accounts: createAccounts(trx),
  inboxes: createInboxes(trx),
  inboxSecrets: createInboxSecrets(trx),
  credentials: createCredentials(trx),
  gates: createGates(trx),
  typing: createTyping(trx),
  paces: createPaces(trx),
  gapFills: createGapFills(trx),
  contacts: createContacts(trx),
  conversations: createConversations(trx),
  messages: createMessages(trx),
  media: createMedia(trx),
  uploads: createUploads(trx),
  surroundings: createSurroundings(trx),
  intake: createIntakeQueue(trx),
  dataDeletions: createDataDeletions(trx),
  erasures: createErasures(trx),
  requestKeys: createRequestKeys(trx),
  sealedValues: createSealedValues(trx),
  stateTokens: createSpentStateTokens(trx),
  events: createEvents(trx),
  webhooks: createWebhooks(trx, ids),
  jobs,
})

const transact = <R extends { readonly ok: boolean }>(kysely: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<R>): Promise<R> =>
  kysely
    .transaction()
    .execute(async (trx) => {
      const result = await work(trx)
      if (!result.ok) throw new Rollback(result)
      return result
    })
    .catch((cause: unknown) => {
      if (cause instanceof Rollback) return cause.result
      throw cause
    })

/** PostgreSQL's word for a transaction that it ended because it and another waited for each other: nothing of it was done. */
const deadlock = '40P01'
const mostTries = 3

const isDeadlock = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === deadlock

/** Begins again where the database ended a transaction for another one's sake. */
const persist = async <R>(transaction: () => Promise<R>): Promise<R> => {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction()
    } catch (cause) {
      if (!isDeadlock(cause) || tries === mostTries) throw cause
    }
  }
}

/** READ COMMITTED. A repository that is used after its run has ended throws: Kysely knows that the transaction is over. */
export const createUnitOfWork = ({ database, ids }: { readonly database: Database; readonly ids: Ids }): UnitOfWork => {
  const openJobQueue = createJobQueues(ids)
  const wake = createWake(database, jobsChannel)
  return {
    async run<T, E>(work: (tx: Tx) => Promise<Result<T, E>>) {
      const due = new Set<string>()
      const attempt = async (trx: Transaction<Tables>): Promise<Result<T, E>> => {
        const jobs = openJobQueue(trx, due)
        try {
          const result = await work(bind(trx, jobs, ids))
          if (result.ok) await jobs.write()
          return result
        } finally {
          jobs.close()
        }
      }
      const result = await persist(() => transact(database.kysely, attempt))
      if (result.ok) wake(due)
      return result
    },
  }
}
