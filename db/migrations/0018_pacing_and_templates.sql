-- When the account behind an inbox was last called for one kind of thing, and until when others stand in a line for that. Milliseconds
-- since 1970, with fractions. No row: it was never called.
create table paces (
  inbox_id bigint,
  kind text constraint paces_kind_known check (kind in ('texts', 'media', 'reads')),
  account_id bigint not null,
  recent double precision[] not null default '{}',
  line_until double precision not null default 0,
  constraint paces_pk primary key (inbox_id, kind),
  constraint paces_account_fk foreign key (account_id) references accounts on delete cascade,
  constraint paces_inbox_fk foreign key (inbox_id) references inboxes on delete cascade
);
create index paces_of_account on paces (account_id);

-- What an inbox answers by itself, and when people are there. Null: nobody ever set that.
alter table inboxes add column templates jsonb;

-- How many hours after a customer wrote people may answer, where the account's own software asks for that. Null: any.
alter table inboxes add column reply_hours integer constraint inboxes_reply_hours_positive check (reply_hours > 0);
