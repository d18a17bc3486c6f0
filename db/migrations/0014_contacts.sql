-- A profile is looked at again when it has grown old. `profile_name` is the name that the provider gave last: a contact that bears another
-- one was named by a person. `unconsented`: they have not written to the business, so the provider says nothing of them yet.
alter table contact_inboxes add column profile_name text, add column profile_due_at timestamptz;
alter table contact_inboxes drop constraint contact_inboxes_profile_known;
alter table contact_inboxes add constraint contact_inboxes_profile_known
  check (profile in ('unknown', 'known', 'withheld', 'unconsented'));
update contact_inboxes set profile_due_at = profile_checked_at + interval '30 days' where profile = 'known';
create index contact_inboxes_profile_due on contact_inboxes (profile_due_at) where profile_due_at is not null;

-- What a contact takes part in is looked for when it is shown, merged or deleted.
create index conversations_of_contact on conversations (contact_id);
