-- What owners of provider accounts asked to have deleted. The code is what they look at the progress with; `account_key` is either of the
-- provider's ids of the account. A request that is repeated stays one.
create table data_deletions (
  code text constraint data_deletions_pk primary key,
  channel text not null,
  account_key text not null,
  issued_at timestamptz not null,
  requested_at timestamptz not null,
  completed_at timestamptz,
  constraint data_deletions_once unique (channel, account_key, issued_at)
);
create unique index data_deletions_one_at_work on data_deletions (channel, account_key) where completed_at is null;
