-- Customers' own apps: the secret by which an inbox's software proves who somebody is, and what a source id opens to whoever has it.

alter table inboxes
  add column sealed_hmac_token text,
  add column hmac_mandatory boolean not null default false;

-- Null: it opens nothing. Those that were chosen or drawn until now were not meant as keys.
alter table contact_inboxes
  add column client_access text
    constraint contact_inboxes_client_access_known check (client_access in ('guest', 'apart', 'known', 'proven'));
