import { type Kysely, sql } from 'kysely'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { WebhookDeliveryView } from '#application/ports/webhook-records.ts'

const perPage = 25

export const webhookDeliveryQueries = (db: Kysely<Tables>): Pick<Queries, 'webhookDeliveries'> => ({
  async webhookDeliveries(accountId, inboxId, { state, page }) {
    const inState = state === undefined ? sql`true` : sql`d.state = ${state}`
    const { rows } = await sql<WebhookDeliveryView>`
      select d.id, e.name as event, e.created_at as at, c.display_id as "conversationDisplayId",
        (e.payload #>> '{message,id}')::bigint as "messageId", d.state, d.attempts, case when d.state = 'pending' then d.due_at end as "dueAt",
        d.attempted_at as "attemptedAt", d.delivered_at as "deliveredAt", d.last_status as "lastStatus", d.last_error as "lastError"
      from webhook_deliveries d join business_events e on e.id = d.event_id
      join conversations c on c.id = d.conversation_id and c.account_id = d.account_id
      where d.account_id = ${accountId} and d.inbox_id = ${inboxId} and ${inState}
      order by d.event_id desc limit ${perPage} offset ${offsetOf(page, perPage)}`.execute(db)
    return rows
  },
})
