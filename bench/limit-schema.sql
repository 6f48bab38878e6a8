-- What the limit server keeps: the same rows as Almanac, and the indexes that the measured searches need.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create table patient (
  tenant text collate "C" not null, id text collate "C" not null, version integer not null,
  updated timestamptz not null, content jsonb not null,
  by_identifier text[], by_family text, by_birthdate_start timestamptz, by_birthdate_end timestamptz,
  primary key (tenant, id)
);
create index on patient using gin (by_identifier) with (gin_pending_list_limit = 512);
create index on patient using gin (by_family gin_trgm_ops) with (gin_pending_list_limit = 512);
create index on patient (tenant, by_birthdate_start);

create table slot (
  tenant text collate "C" not null, id text collate "C" not null, version integer not null,
  updated timestamptz not null, content jsonb not null,
  by_schedule text collate "C", by_status text collate "C", by_start_start timestamptz, by_start_end timestamptz,
  primary key (tenant, id)
);
create index on slot (tenant, by_schedule, by_start_start);

create table history (
  tenant text collate "C" not null, type text collate "C" not null, id text collate "C" not null,
  version integer not null, updated timestamptz not null, method text not null, text text not null,
  primary key (tenant, type, id, version)
);

create table audit (
  tenant text collate "C" not null, id text collate "C" not null, updated timestamptz not null, text text not null,
  primary key (tenant, id)
);
