import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import { createJobQueues } from '#adapters/postgres/job-queue.ts'

/** Text that a careless way of writing rows down would change. */
export const awkward = 'tab\t, "quotes", back\\slash, new\nline, \u2028, emoji 🕊, {braces}, NULL, \\N, \\u0000'

const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

const statements = [
  sql`insert into accounts (id, name, custom_attributes, next_display_id, created_at) values (9007199254740, ${awkward}, '{"a": [1, 2.50, 1e400]}', 3, now())`,
  sql`insert into users (id, name, email, created_at) values (7, 'Ada', 'ada@shop.example', '2026-01-02T03:04:05.678901Z')`,
  sql`insert into account_users (account_id, user_id, role, created_at) values (9007199254740, 7, 'administrator', now())`,
  sql`insert into platform_apps (id, name, created_at) values (1, 'first', now())`,
  sql`insert into access_tokens (digest, user_id, created_at) values ('\\x00ff10', 7, now())`,
  sql`insert into inboxes (id, account_id, channel, name, created_at) values (1, 9007199254740, 'instagram', 'shop', now())`,
  sql`insert into connections (inbox_id, account_id, channel, channel_key, provider_name, permissions, state, connected_at)
    values (1, 9007199254740, 'instagram', '17841400000000001', 'shop', array['a,b', 'c "d"', ''], 'connected', now())`,
  sql`insert into inbox_secrets (account_id, inbox_id, kind, sealed)
    values (9007199254740, 1, 'webhook', 'k1.secret'), (9007199254740, 1, 'hmac', 'k1.token')`,
  sql`insert into credentials (inbox_id, account_id, sealed, issued_at, expires_at) values (1, 9007199254740, 'k1.sealed', now(), 'infinity')`,
  sql`insert into contacts (id, account_id, name, additional_attributes, created_at) values (1, 9007199254740, ${awkward}, '{"x": "\\"y\\""}', now())`,
  sql`insert into contact_inboxes (id, account_id, contact_id, inbox_id, source_id, created_at) values (1, 9007199254740, 1, 1, '99887766', now())`,
  sql`insert into conversations (id, account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_activity_at, created_at)
    values (1, 9007199254740, 1, 1, 1, 1, ${uuid(1)}, 'open', now(), now())`,
  sql`insert into messages (id, account_id, inbox_id, conversation_id, message_type, content, status, author, content_attributes, created_at)
    select n, 9007199254740, 1, 1, 'incoming', ${awkward} || n, 'sent', 'contact', jsonb_build_object('n', n), now() from generate_series(1, 3000) n`,
  sql`insert into message_parts (account_id, inbox_id, conversation_id, message_id, position, kind, content, external_id, state, error)
    select 9007199254740, 1, 1, n, 0, 'text', ${awkward}, 'mid.' || n, 'received', 'null' from generate_series(1, 3000) n`,
  sql`insert into attachments (account_id, message_id, position, file_type, media_state, meta) values (9007199254740, 1, 0, 'image', 'pending', '{}')`,
  sql`insert into avatars (account_id, contact_id, external_url, media_state, due_at, content_type, byte_size, digest, created_at)
    values (9007199254740, 1, 'https://cdn.example/a?b=c&d=%20', 'stored', null, 'image/png', 9007199254740991, 'abc', now()),
      (9007199254740, 1, ${awkward}, 'pending', '-infinity', null, null, null, now())`,
  sql`insert into gap_fills (inbox_id, account_id, due_at, begun_at, cursor, pages) values (1, 9007199254740, now(), now(), ${awkward}, 3)`,
  sql`insert into typing_notices (conversation_id, account_id, is_on, told_at) values (1, 9007199254740, true, now())`,
  sql`insert into upload_reservations (account_id, created_at, name, announced_type, announced_size, announced_md5, content_type, byte_size, digest)
    values (9007199254740, now(), null, null, null, null, null, null, null),
      (9007199254740, now(), ${awkward}, 'image/png', 9007199254740991, 'rL0Y20zC+Fzt72VPzMSk2A==', 'image/png', 9007199254740991, 'abc')`,
  sql`insert into business_events (account_id, name, payload, created_at) values (9007199254740, 'inbox_updated', '{}', now())`,
  sql`insert into webhook_deliveries (id, account_id, inbox_id, conversation_id, event_id, state, due_at, last_error)
    select ${uuid(3)}, 9007199254740, 1, 1, id, 'pending', 'infinity', ${awkward} from business_events`,
  sql`insert into data_deletions (code, channel, account_key, issued_at, requested_at) values ('Zz', 'instagram', '1', now(), now()), ('aa', 'instagram', '2', now(), now())`,
  sql`insert into contact_erasures (account_id, contact_id, known_as, log_until, requested_at) values (9007199254740, 9, '[{"channel": "x"}]', 4, now())`,
  sql`insert into erased_people (inbox_id, mark, account_id, erased_at) values (1, ${awkward}, 9007199254740, '-infinity')`,
  sql`insert into gates (key, failures, shut_until, because) values ('b', 1, now(), 'asked'), ('A', 0, null, null), ('ä', 0, null, null)`,
  sql`insert into paces (inbox_id, kind, account_id, recent, line_until) values (1, 'reads', 9007199254740, array[1.5, 1e12], 1e12 / 3), (1, 'texts', 9007199254740, '{}', 0)`,
  sql`insert into global_config (name, value, updated_at) values ('INSTAGRAM_APP_ID', '12', now()), ('a_b', 'x', now()), ('aB', 'y', now())`,
  sql`insert into intake_bodies (id, channel, body, received_at) values (${uuid(2)}, 'instagram', ${Uint8Array.from([0, 255, 10, 92])}, now())`,
  sql`insert into intake_arrivals (received_at, count, requests, bodies)
    values (now(), 2, '[{"channel": "instagram", "size": 2, "at": 1.5}]', ${Uint8Array.from([123, 125, 0, 255, 10, 92, 13])})`,
  sql`insert into intake_events (body_id, lane, channel, account_key, contact_key, kind, dedupe_key, occurred_at, received_at, payload)
    values (${uuid(2)}, 3, 'instagram', '17841400000000001', '99887766', 'unknown', 'd', now(), now(), 'null')`,
  sql`insert into intake_arrivals (received_at, count, requests, bodies) values (now(), 1, '[{"channel": "instagram", "size": 2}]', '\\x7b7d')`,
  sql`insert into request_keys (account_id, user_id, address, key, digest, message_id, answer, created_at)
    values (9007199254740, 7, 'POST /x', 'k', 'd', 1, '{}', now()), (9007199254740, 7, 'POST /x', 'K', 'd', 2, null, now())`,
  sql`insert into used_state_tokens (id, expires_at) values ('t', now())`,
]

/** Something in every table, values that are easily changed on the way, jobs that wait for now and for later, and gaps in the numbers. */
export const fillDatabase = async ({ kysely }: Database): Promise<void> => {
  const openJobQueue = createJobQueues({ next: () => crypto.randomUUID() })
  await kysely.transaction().execute(async (trx) => {
    for (const statement of statements) await statement.execute(trx)
    await sql`select setval(pg_get_serial_sequence('messages', 'id'), 5000)`.execute(trx)
    const jobs = openJobQueue(trx, new Set())
    await jobs.enqueue([
      { name: 'subscribe-webhooks', key: '1', payload: { accountId: 9007199254740, inboxId: 1 } },
      { name: 'subscribe-webhooks', key: '1', at: Date.parse('2099-01-01T00:00:00Z'), payload: { accountId: 9007199254740, inboxId: 1 } },
      { name: 'wake-deliveries', key: 'now', payload: {} },
    ])
    await jobs.write()
  })
}
