-- A file may be uploaded before anybody knows its message; its id says which one it is.

alter table upload_reservations
  -- What its sender calls it. Only what a message is to name later has one.
  add column name text,
  -- What is to come, where that was announced: MD5 as base64.
  add column announced_type text,
  add column announced_size bigint,
  add column announced_md5 text,
  -- What is there.
  add column content_type text,
  add column byte_size bigint,
  add column digest text,
  add constraint upload_reservations_announced check (num_nulls(announced_type, announced_size, announced_md5) in (0, 3)),
  add constraint upload_reservations_kept check (num_nulls(content_type, byte_size, digest) in (0, 3)),
  add constraint upload_reservations_named check (name is not null or announced_md5 is null and digest is null);
