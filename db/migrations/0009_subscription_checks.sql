-- When the provider was last asked to push an account's events to us, so that all are asked again in turn.

alter table connections add column subscription_checked_at timestamptz;
create index connections_by_subscription_check on connections (subscription_checked_at nulls first)
  where state in ('connected', 'refresh_failing');
