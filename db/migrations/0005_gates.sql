-- Who may not be called before when: the account behind an inbox (`inbox:17`), or the provider behind a channel (`channel:instagram`).
-- No row: it may be called.
create table gates (
  key text constraint gates_pk primary key,
  failures integer not null,
  shut_until timestamptz,
  because text constraint gates_because_known check (because in ('asked', 'down')),
  constraint gates_shut_for_a_reason check (num_nulls(shut_until, because) <> 1)
);
