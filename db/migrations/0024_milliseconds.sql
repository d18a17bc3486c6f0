-- What is due is read page by page, from the last one on, and times are read in milliseconds: one between two of them would be found
-- again and again.
alter table credentials alter column refresh_at type timestamptz(3);
alter table gap_fills alter column due_at type timestamptz(3);
