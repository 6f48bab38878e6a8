-- The authorization server has one issuer for all clinics, so these tables belong to none. What opens a door (token, code,
-- cookie, launch) is kept as its SHA-256 alone.

-- What the authorization server must remember until it expires: tokens, codes, sessions, interactions, grants, assertions seen.
create table oauth_entry (
  model text collate "C" not null,
  id text collate "C" not null,
  payload jsonb not null,
  -- Of a token or code: what it was given out under.
  grant_id text collate "C",
  account_id text collate "C",
  client_id text collate "C",
  -- Of a session: the name that its tokens know it by.
  uid text collate "C",
  consumed timestamptz,
  created timestamptz not null default now(),
  expires timestamptz not null,
  primary key (model, id)
);
create index oauth_entry_grant on oauth_entry (grant_id) where grant_id is not null;
create index oauth_entry_account on oauth_entry (account_id) where account_id is not null;
create index oauth_entry_uid on oauth_entry (uid) where uid is not null;
create index oauth_entry_expires on oauth_entry (expires);
grant select, insert, update, delete on oauth_entry to almanac_server;

-- Registered apps. A secret is kept as its hash.
create table oauth_client (
  id text collate "C" primary key,
  metadata jsonb not null,
  created timestamptz not null default now()
);
grant select, insert, update, delete on oauth_client to almanac_server;

-- What was agreed for one launch of one app: for whom, about whom, until when.
create table oauth_agreement (
  grant_id text collate "C" primary key,
  clinic text collate "C" not null,
  account_id text collate "C" not null,
  client_id text collate "C" not null,
  session_uid text collate "C" not null,
  -- Goes on when its user has signed out.
  offline boolean not null,
  scopes text not null,
  context jsonb not null,
  created timestamptz not null default now(),
  expires timestamptz not null
);
create index oauth_agreement_account on oauth_agreement (account_id);
create index oauth_agreement_session on oauth_agreement (session_uid);
create index oauth_agreement_expires on oauth_agreement (expires);
grant select, insert, update, delete on oauth_agreement to almanac_server;

-- An app that an EHR is about to open: taken once.
create table oauth_launch (
  id text collate "C" primary key,
  clinic text collate "C" not null,
  client_id text collate "C" not null,
  -- Who must sign in; null: whoever may see the patient.
  account_id text collate "C",
  fhir_user text collate "C",
  context jsonb not null,
  taken timestamptz,
  expires timestamptz not null
);
create index oauth_launch_expires on oauth_launch (expires);
grant select, insert, update, delete on oauth_launch to almanac_server;

-- Keys of id tokens, which apps expect to be RSA.
create table oauth_key (
  kid text collate "C" primary key,
  jwk jsonb not null,
  created timestamptz not null default now(),
  retired timestamptz
);
grant select, insert, update on oauth_key to almanac_server;
