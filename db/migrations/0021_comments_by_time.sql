-- Comments are listed newest first.
create index intake_events_comments_by_time on intake_events (channel, account_key, occurred_at, id) where kind = 'comment-received';
