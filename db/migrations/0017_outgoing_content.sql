-- What a part says that is not its text: files, buttons, what it quotes.

alter table message_parts add column payload jsonb;

-- Ids of attachments whose file comes before their message. Whoever looks for files that belong to nobody finds them here.
create table upload_reservations (
  id bigint not null default nextval(pg_get_serial_sequence('attachments', 'id')) constraint upload_reservations_pk primary key,
  account_id bigint not null constraint upload_reservations_account_fk references accounts on delete cascade,
  created_at timestamptz not null
);
create index upload_reservations_by_age on upload_reservations (created_at);

-- What the provider was last told of an agent who types: it is told so much and no more.
create table typing_notices (
  conversation_id bigint not null constraint typing_notices_pk primary key
    constraint typing_notices_conversation_fk references conversations on delete cascade,
  account_id bigint not null constraint typing_notices_account_fk references accounts on delete cascade,
  is_on boolean not null,
  told_at timestamptz not null
);

-- A comment can be answered privately once, by whoever is first.
create index intake_events_comments on intake_events (channel, account_key, (payload ->> 'externalId')) where kind = 'comment-received';
create unique index message_parts_comment_once on message_parts (inbox_id, (payload #>> '{comment,id}'))
  where payload #>> '{comment,id}' is not null;
