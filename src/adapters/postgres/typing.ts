import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Typing } from '#application/ports/typing.ts'
import type { TypingNotice } from '#domain/conversation/typing.ts'

export const createTyping = (trx: Transaction<Tables>): Typing => ({
  async last(accountId, conversationId) {
    const { rows } = await sql<TypingNotice>`
      select is_on as "isOn", told_at as at from typing_notices
      where account_id = ${accountId} and conversation_id = ${conversationId} for update`.execute(trx)
    return rows[0]
  },

  async save(accountId, conversationId, { isOn, at }) {
    await sql`
      insert into typing_notices (conversation_id, account_id, is_on, told_at)
      select c.id, c.account_id, ${isOn}::boolean, ${moment(at)} from conversations c where c.id = ${conversationId} and c.account_id = ${accountId}
      on conflict (conversation_id) do update set is_on = excluded.is_on, told_at = excluded.told_at`.execute(trx)
  },
})
