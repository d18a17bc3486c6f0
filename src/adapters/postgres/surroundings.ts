import { sql, type Transaction } from 'kysely'
import { recordset } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { SurroundingsOf } from '#application/ports/surroundings.ts'
import type { Surroundings } from '#domain/message/variables.ts'

interface Row extends Surroundings {
  readonly n: number
}

export const createSurroundings = (trx: Transaction<Tables>): SurroundingsOf => ({
  async read(spoken) {
    if (spoken.length === 0) return []
    const asked = spoken.map(({ accountId, conversationId, userId }, n) => ({
      ...{ n, account_id: accountId, conversation_id: conversationId, user_id: userId },
    }))
    const { rows } = await sql<Row>`
      select s.n,
        json_build_object('id', p.id, 'name', p.name, 'email', p.email, 'phoneNumber', p.phone_number, 'customAttributes', p.custom_attributes) as contact,
        json_build_object('displayId', c.display_id, 'customAttributes', c.custom_attributes) as conversation,
        json_build_object('id', i.id, 'name', i.name) as inbox, json_build_object('id', a.id, 'name', a.name) as account,
        case when u.id is not null then json_build_object('id', u.id, 'name', u.name, 'email', u.email) end as agent
      from json_to_recordset(${recordset(asked)}) as s(n int, account_id bigint, conversation_id bigint, user_id bigint)
      join conversations c on c.id = s.conversation_id and c.account_id = s.account_id
      join contacts p on p.id = c.contact_id
      join inboxes i on i.id = c.inbox_id
      join accounts a on a.id = c.account_id
      left join users u on u.id = s.user_id`.execute(trx)
    const found = new Map(rows.map(({ n, ...around }) => [n, around]))
    return spoken.map((_, n) => found.get(n))
  },
})
