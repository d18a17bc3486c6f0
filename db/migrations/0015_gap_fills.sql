-- What is read at the provider because it may not have been pushed to us: when to look next, how far it has been read, and where a reading
-- that is under way stands (`begun_at` and `cursor`). One reader at a time has an inbox, until `claimed_until`.
create table gap_fills (
  inbox_id bigint constraint gap_fills_pk primary key,
  account_id bigint not null,
  due_at timestamptz not null,
  filled_until timestamptz,
  begun_at timestamptz,
  cursor text,
  pages integer not null default 0,
  missed integer not null default 0,
  failures integer not null default 0,
  error text,
  claimed_until timestamptz,
  looked_at timestamptz,
  last_missed integer not null default 0,
  last_missed_at timestamptz,
  constraint gap_fills_under_way check ((begun_at is null) = (cursor is null)),
  constraint gap_fills_account_fk foreign key (account_id) references accounts on delete cascade,
  constraint gap_fills_inbox_fk foreign key (inbox_id) references inboxes on delete cascade
);
create index gap_fills_due on gap_fills (due_at, inbox_id);
create index gap_fills_of_account on gap_fills (account_id);
insert into gap_fills (inbox_id, account_id, due_at) select inbox_id, account_id, now() from connections where state <> 'disconnected';
