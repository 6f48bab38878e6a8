-- An app that a clinic has stopped, and may let in again.
alter table oauth_client add column disabled boolean not null default false;
