-- What people hear of connections: that an inbox went quiet, that a token nears its end, and which permissions nobody told us of.

-- `quiet_since`: people were told that the inbox hears nothing since then, at `silence_told_at`. `silence_look_at`: where events lack, it is
-- not looked at for that before.
alter table connections
  add column quiet_since timestamptz,
  add column silence_look_at timestamptz,
  add column silence_told_at timestamptz,
  alter column permissions drop not null,
  alter column permissions drop default;

-- How many days before its end people were last warned of a token that cannot be refreshed.
alter table credentials add column warned_days integer;

-- Tokens of disconnected inboxes whose subscription could not be ended: the next look deletes them.
update credentials k set refresh_at = now()
from connections c where c.inbox_id = k.inbox_id and c.state = 'disconnected';
