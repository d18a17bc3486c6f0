import { type Kysely, sql } from 'kysely'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { CommentQueries, CommentView } from '#application/ports/comments.ts'

const perPage = 25

/** None of the business's own. An account that was disconnected may be another inbox's by now. */
export const commentQueries = (db: Kysely<Tables>): CommentQueries => ({
  async comments(accountId, inboxId, page) {
    const { rows } = await sql<CommentView>`
      select e.payload ->> 'externalId' as id, e.contact_key as "contactKey", e.payload ->> 'username' as username,
        e.payload ->> 'text' as text, e.payload ->> 'mediaId' as "mediaId", e.payload ->> 'parentId' as "parentId",
        e.occurred_at as "occurredAt",
        exists (
          select from message_parts p where p.inbox_id = c.inbox_id and p.payload #>> '{comment,id}' = e.payload ->> 'externalId'
        ) as "isAnswered"
      from connections c cross join lateral (
        select * from intake_events e
        where e.channel = c.channel and e.account_key = c.channel_key and e.kind = 'comment-received'
          and e.contact_key not in ('', c.channel_key) and e.payload ->> 'externalId' <> ''
        order by e.occurred_at desc, e.id desc limit ${perPage} offset ${offsetOf(page, perPage)}
      ) e
      where c.account_id = ${accountId} and c.inbox_id = ${inboxId} and c.state <> 'disconnected'
      order by e.occurred_at desc, e.id desc`.execute(db)
    // One that came several times stands there several times in a row; it is told as it came first.
    return [...new Map(rows.map((comment) => [comment.id, comment])).values()]
  },
})
