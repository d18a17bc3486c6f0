-- Requests to which a client gave a key, the message that each made, and what was answered; kept for a day.

create table request_keys (
  account_id bigint not null constraint request_keys_account_fk references accounts on delete cascade,
  user_id bigint not null constraint request_keys_user_fk references users on delete cascade,
  address text not null,
  key text not null,
  digest text not null,
  message_id bigint,
  answer text,
  created_at timestamptz not null,
  constraint request_keys_pk primary key (account_id, user_id, address, key)
);
create index request_keys_by_age on request_keys using brin (created_at);
create index request_keys_of_user on request_keys (user_id);
