-- Telling an account's own software what happens in its inbox: what is told, and how the telling went.

-- What signs what is sent there, sealed; null: not made yet. And since when the address is known to be gone.
alter table inboxes add column webhook_secret text;
alter table inboxes add column webhook_gone_at timestamptz;

-- What happened in a conversation has what people wrote in it, and goes with the conversation.
alter table business_events add column conversation_id bigint;
alter table business_events add constraint business_events_conversation_fk
  foreign key (conversation_id) references conversations on delete cascade;
create index business_events_of_conversation on business_events (conversation_id) where conversation_id is not null;

-- One event for one address. The id is what the receiver knows it by, however often it is sent.
create table webhook_deliveries (
  id uuid,
  account_id bigint not null,
  inbox_id bigint not null,
  conversation_id bigint not null,
  event_id bigint not null,
  state text not null constraint webhook_deliveries_state_known check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  claimed_until timestamptz,
  attempted_at timestamptz,
  delivered_at timestamptz,
  last_status integer,
  last_error text,
  constraint webhook_deliveries_pk primary key (id),
  constraint webhook_deliveries_account_fk foreign key (account_id) references accounts on delete cascade,
  constraint webhook_deliveries_inbox_fk foreign key (inbox_id) references inboxes on delete cascade,
  constraint webhook_deliveries_event_fk foreign key (event_id) references business_events on delete cascade
);
create index webhook_deliveries_of_account on webhook_deliveries (account_id);
create index webhook_deliveries_of_event on webhook_deliveries (event_id);
create index webhook_deliveries_of_inbox on webhook_deliveries (inbox_id, event_id);
create index webhook_deliveries_in_order on webhook_deliveries (inbox_id, conversation_id, event_id) where state = 'pending';
create index webhook_deliveries_under_way on webhook_deliveries (inbox_id) where state = 'pending' and claimed_until is not null;
create index webhook_deliveries_due on webhook_deliveries (inbox_id, due_at) where state = 'pending';
