import pg from 'pg'

/** Messages of one earlier conversation. */
const perConversation = 100
/** Conversations of one statement. */
const step = 5_000

/** People who wrote long ago, each with a resolved conversation; answers the ids of those conversations. */
const conversations = `
  with past as (
    select n, nextval(pg_get_serial_sequence('contacts', 'id')) as contact_id, nextval(pg_get_serial_sequence('contact_inboxes', 'id')) as entry_id,
      nextval(pg_get_serial_sequence('conversations', 'id')) as id, i.account_id, i.id as inbox_id, now() - interval '1 year' + n * interval '1 minute' as at
    from generate_series($1::int, $2::int) n
    join (select id, account_id, row_number() over (order by id) - 1 as place, count(*) over () as count from inboxes) i on i.place = n % i.count
  ),
  people as (insert into contacts (id, account_id, name, created_at, last_activity_at) select contact_id, account_id, 'Old friend ' || n, at, at from past),
  entries as (
    insert into contact_inboxes (id, account_id, contact_id, inbox_id, source_id, profile, profile_checked_at, created_at)
    select entry_id, account_id, contact_id, inbox_id, '77' || lpad(n::text, 13, '0'), 'known', now(), at from past
  )
  insert into conversations (id, account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_incoming_at, last_activity_at, created_at)
  select id, account_id, inbox_id, contact_id, entry_id, 1000000000 + n, gen_random_uuid(), 'resolved', at, at, at from past`

const messages = `
  with past as (
    select nextval(pg_get_serial_sequence('messages', 'id')) as id, c.id as conversation_id, c.account_id, c.inbox_id, n,
      c.created_at + n * interval '1 second' as at
    from conversations c cross join generate_series(1, ${perConversation}) n
    where c.display_id between 1000000000 + $1::int and 1000000000 + $2::int
  ),
  said as (
    insert into messages (id, account_id, inbox_id, conversation_id, message_type, content, status, author, created_at)
    select id, account_id, inbox_id, conversation_id, 'incoming', 'What was said long ago, number ' || n, 'sent', 'contact', at from past
  )
  insert into message_parts (account_id, inbox_id, conversation_id, message_id, position, kind, content, external_id, state)
  select account_id, inbox_id, conversation_id, id, 0, 'text', null, 'past-' || conversation_id || '-' || n || repeat('x', 100), 'received' from past`

/** Fills a database with so many messages of the past, of people who do not write again. */
export const writeHistory = async (url: string, count: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Rows that refer to each other are made in pairs here: nothing has to be looked up for each of ten million.
    await client.query('set session_replication_role = replica')
    const last = Math.ceil(count / perConversation)
    for (let first = 1; first <= last; first += step) {
      const span = [first, Math.min(last, first + step - 1)]
      await client.query(conversations, span)
      await client.query(messages, span)
    }
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}
