import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'

const mayBeTold = 'It waited when the backup was made, and may have been told since; an administrator can have it told again.'

/**
 * What a copy of yesterday has still to send its original may have sent since. So each such part looks as if a worker had claimed it
 * just now and died: nobody sends it blindly, it is looked for at the provider, and after ten minutes a person decides. What software
 * of the account's own had still to hear is repeated by people alone.
 */
export const doubtAnswers = async (trx: Transaction<Tables>): Promise<void> => {
  await sql`
    update message_parts set state = 'sending', claimed_at = now(), due_at = null, attempts = attempts + 1
    where state in ('queued', 'sending', 'held')`.execute(trx)
  await sql`update webhook_deliveries set state = 'failed', claimed_until = null, last_error = ${mayBeTold} where state = 'pending'`.execute(
    trx,
  )
}
