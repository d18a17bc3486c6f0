-- One place for the secrets of inboxes and their own software, each sealed as it was.

-- The lock that the last line needs, before anything is copied: whoever has read an inbox and now changes it goes first, and deadlocks with nobody.
lock table inboxes in access exclusive mode;

create table inbox_secrets (
  account_id bigint not null,
  inbox_id bigint not null,
  kind text not null constraint inbox_secrets_kind_known check (kind in ('webhook', 'hmac')),
  sealed text not null,
  constraint inbox_secrets_pk primary key (inbox_id, kind),
  constraint inbox_secrets_account_fk foreign key (account_id) references accounts on delete cascade,
  constraint inbox_secrets_inbox_fk foreign key (inbox_id) references inboxes on delete cascade
);
create index inbox_secrets_of_account on inbox_secrets (account_id);
insert into inbox_secrets (account_id, inbox_id, kind, sealed)
select account_id, id, 'webhook', webhook_secret from inboxes where webhook_secret is not null
union all
select account_id, id, 'hmac', sealed_hmac_token from inboxes where sealed_hmac_token is not null;
alter table inboxes drop column webhook_secret, drop column sealed_hmac_token;
