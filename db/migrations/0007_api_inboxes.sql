-- Inboxes whose other side is the account's own software: where it hears of messages, and people whom it makes known.

alter table inboxes add column webhook_url text;
create unique index contacts_phone_number_once on contacts (account_id, phone_number) where phone_number is not null;
create index contact_inboxes_by_source_id on contact_inboxes (account_id, source_id);
