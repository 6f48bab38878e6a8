create extension if not exists pg_trgm;

-- Small facts of the installation: a seeding marker, a key that all processes share.
create table setting (
  name text collate "C" primary key,
  value jsonb not null,
  updated timestamptz not null default now()
);
grant select, insert, update on setting to almanac_server, almanac_upkeep;

-- Random keys that all processes share; made when first asked for.
create table secret (
  name text collate "C" primary key,
  value bytea not null
);
grant select, insert on secret to almanac_server, almanac_upkeep;

-- One set of keys for all clinics.
create table signing_key (
  kid text collate "C" primary key,
  jwk jsonb not null,
  created timestamptz not null default now(),
  retired timestamptz
);
grant select, insert, update on signing_key to almanac_server, almanac_upkeep;

-- Every version of every resource but AuditEvent, the current one included, and the text that clients receive.
create table history (
  tenant text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  deleted boolean not null,
  method text not null,
  text text,
  primary key (tenant, type, id, version)
);
-- Serves histories of a type and, a type at a time, of a clinic.
create index history_updated on history (tenant, type, updated, id, version);
-- Append-only, for whoever keeps house too.
grant select, insert on history to almanac_server;
grant select on history to almanac_upkeep;

-- What was written, for those who act on it after the commit. Rows below the snapshot's xmin are complete and in order.
create table outbox (
  number bigint generated always as identity primary key,
  tenant text collate "C" not null,
  xid xid8 not null default pg_current_xact_id(),
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  method text not null,
  created timestamptz not null default now()
);
grant insert on outbox to almanac_server;
grant select, delete on outbox to almanac_upkeep;

-- Search parameters whose columns are not filled yet, and how far the filling has come.
create table reindex (
  type text collate "C" not null,
  parameter text collate "C" not null,
  after_tenant text collate "C",
  after_id text collate "C",
  requested timestamptz not null default now(),
  primary key (type, parameter)
);
grant select on reindex to almanac_server;
grant select, insert, update, delete on reindex to almanac_upkeep;

-- Raised inside the statement that writes, so that nothing of it is kept. postgres-errors.ts knows the code.
create function almanac_missing_reference(reference text) returns boolean
language plpgsql as $$
begin
  raise exception using errcode = 'AL001', message = 'reference to nothing', detail = reference;
end $$;

-- A clinic sees its own rows; keeping house sees all.
create procedure almanac_hold_tenant(name text)
language plpgsql as $$
begin
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format(
    'create policy tenant on %I to almanac_server using (tenant = current_setting(''almanac.tenant'', true))', name);
  execute format('create policy upkeep on %I to almanac_upkeep using (true)', name);
end $$;

call almanac_hold_tenant('history');
call almanac_hold_tenant('outbox');
