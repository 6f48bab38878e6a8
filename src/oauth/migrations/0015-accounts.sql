-- People who sign in. An account belongs to the installation, not to a clinic: one person may act at several, so these tables
-- are under no clinic's row level security and are asked by the sign-in pages alone.

create table person_account (
  id text collate "C" primary key,
  -- In lower case; where links go, and what people type.
  email text collate "C" not null unique,
  display_name text not null,
  language text,
  created timestamptz not null default now(),
  disabled timestamptz,
  -- argon2id, with its parameters.
  password text,
  -- Sealed with a key of the installation.
  totp_secret bytea,
  -- Each step of time is good for one code.
  totp_step bigint
);
grant select, insert, update, delete on person_account to almanac_server;

-- What an account is at a clinic.
create table membership (
  account text collate "C" not null references person_account on delete cascade,
  clinic text collate "C" not null,
  fhir_user text collate "C",
  roles text[] not null,
  created timestamptz not null default now(),
  primary key (account, clinic)
);
create index membership_clinic on membership (clinic);
grant select, insert, update, delete on membership to almanac_server;

-- For whom an account may act: a RelatedPerson for a Patient.
create table proxy (
  account text collate "C" not null,
  clinic text collate "C" not null,
  patient text collate "C" not null,
  related_person text collate "C" not null,
  created timestamptz not null default now(),
  primary key (account, clinic, patient),
  foreign key (account, clinic) references membership on delete cascade
);
grant select, insert, delete on proxy to almanac_server;

create table passkey (
  id text collate "C" primary key,
  account text collate "C" not null references person_account on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  created timestamptz not null default now(),
  used timestamptz
);
create index passkey_account on passkey (account);
grant select, insert, update, delete on passkey to almanac_server;

-- One attempt to sign in, known by the hash of the browser's cookie; so are the link and the code that were mailed.
create table sign_in_visit (
  id bytea primary key,
  email text collate "C",
  clinic text collate "C",
  -- Where the browser goes afterwards: a path of this server.
  continues text not null,
  factors text[] not null default '{}',
  account text collate "C",
  link bytea,
  code bytea,
  tries integer not null default 0,
  -- Of a passkey.
  challenge text,
  -- Of an authenticator app that is being set up, sealed.
  pending_secret bytea,
  finished boolean not null default false,
  created timestamptz not null default now(),
  expires timestamptz not null
);
create index sign_in_visit_email on sign_in_visit (email, created) where email is not null;
create index sign_in_visit_expires on sign_in_visit (expires);
grant select, insert, update, delete on sign_in_visit to almanac_server;

-- Keyed by a digest, so that an address nobody has slows down as one that somebody has.
create table sign_in_failure (
  key bytea primary key,
  failures integer not null,
  last timestamptz not null
);
grant select, insert, update, delete on sign_in_failure to almanac_server;

create table invitation (
  id text collate "C" primary key,
  secret bytea not null unique,
  clinic text collate "C" not null,
  -- Null: on paper, for whoever holds the code.
  email text collate "C",
  display_name text,
  fhir_user text collate "C",
  -- Of a proxy: for whom.
  patient text collate "C",
  -- Of a code on paper: what its holder must know beside it.
  birth_date date,
  roles text[] not null,
  invited_by text collate "C",
  created timestamptz not null default now(),
  expires timestamptz not null,
  accepted timestamptz,
  accepted_by text collate "C"
);
create index invitation_clinic on invitation (clinic, created);
grant select, insert, update, delete on invitation to almanac_server;

-- "I am your patient", until somebody of the clinic has said yes or no.
create table record_claim (
  id text collate "C" primary key,
  clinic text collate "C" not null,
  account text collate "C" not null references person_account on delete cascade,
  identifier text not null,
  family_name text not null,
  birth_date date not null,
  created timestamptz not null default now(),
  decided timestamptz,
  decided_by text collate "C",
  patient text collate "C"
);
create unique index record_claim_open on record_claim (clinic, account) where decided is null;
grant select, insert, update, delete on record_claim to almanac_server;

-- How a clinic lets people in; no row: neither passwords nor registration.
create table clinic_sign_in (
  clinic text collate "C" primary key,
  passwords boolean not null default false,
  registration boolean not null default false
);
grant select, insert, update on clinic_sign_in to almanac_server;
