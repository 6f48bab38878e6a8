-- What proves the audit trail: a chain of signed statements for each clinic (docs/decisions/0021-audit-seals.md).
create table audit_seal (
  tenant text collate "C" not null,
  number bigint not null,
  kind text not null check (kind in ('genesis', 'seal', 'rotation', 'tombstone')),
  -- Of a seal: its events are all of one month; of a tombstone: the month that was dropped.
  month text collate "C",
  -- Of a seal: all events of transactions below this one are sealed.
  until xid8,
  -- Signed, canonical JSON; the columns beside it only help to find it.
  statement text not null,
  signature bytea not null,
  -- Of a seal: the events' ids, and their hashes of 32 bytes one behind the other.
  ids text[] collate "C",
  leaves bytea,
  primary key (tenant, number)
);
create index audit_seal_until on audit_seal (until) where until is not null;
create index audit_seal_month on audit_seal (tenant, month, number) where month is not null;
-- Hashes do not compress.
alter table audit_seal alter column leaves set storage external;
grant select on audit_seal to almanac_server;
grant select, insert on audit_seal to almanac_upkeep;
call almanac_hold_tenant('audit_seal');

-- Whose events, or which months, must outlast the clinic's period.
create table audit_hold (
  tenant text collate "C" not null,
  id text collate "C" not null,
  -- Absent: of all patients.
  patient text collate "C",
  from_month text collate "C" not null,
  to_month text collate "C" not null,
  reason text not null,
  placed timestamptz not null default now(),
  lifted timestamptz,
  primary key (tenant, id)
);
grant select, insert, update (lifted) on audit_hold to almanac_upkeep;
call almanac_hold_tenant('audit_hold');

-- Drops what is past a clinic's period, and nothing else can.
do $$
declare
  right_to_be constant text := case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end;
begin
  if not exists (select from pg_roles where rolname = 'almanac_retention') then
    begin
      create role almanac_retention nologin;
      comment on role almanac_retention is 'Almanac dropping months of the audit trail that are past their period';
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  if not pg_has_role(current_user, 'almanac_retention', right_to_be) then
    execute format('grant almanac_retention to %I', current_user);
  end if;
end $$;
grant usage on schema public to almanac_retention;
grant select, insert, update (ids, leaves) on audit_seal to almanac_retention;
grant select on audit_hold to almanac_retention;
create policy retention on audit_seal to almanac_retention using (true);
create policy retention on audit_hold to almanac_retention using (true);

-- Superusers apart, nobody changes what is written; and what a superuser changes, the seals show.
create function almanac_is_buried(of_tenant text, of_month text) returns boolean
language sql stable as $$
  select exists (select from audit_seal where tenant = of_tenant and month = of_month and kind = 'tombstone')
$$;

create function almanac_guard_seal() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.ids is null and new.leaves is null and almanac_is_buried(old.tenant, old.month)
      and (new.tenant, new.number, new.kind, new.month, new.until, new.statement, new.signature)
        is not distinct from (old.tenant, old.number, old.kind, old.month, old.until, old.statement, old.signature) then
    return new;
  end if;
  raise exception using errcode = 'AL002', message = 'seals of the audit trail are never changed';
end $$;
create trigger guard_seal before update or delete on audit_seal
  for each row execute function almanac_guard_seal();

-- Upkeep may fill search columns anew, and moves events that came before their month was made.
create function almanac_guard_event() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if current_user = 'almanac_upkeep' and tg_table_name = 'auditevent_rest' then return old; end if;
    if current_user = 'almanac_retention'
        and almanac_is_buried(old.tenant, to_char(old.updated at time zone 'UTC', 'YYYY-MM')) then
      return old;
    end if;
  elsif (new.tenant, new.id, new.version, new.updated, new.text, new.xid)
      is not distinct from (old.tenant, old.id, old.version, old.updated, old.text, old.xid) then
    return new;
  end if;
  raise exception using errcode = 'AL002', message = 'events of the audit trail are never changed';
end $$;

create function almanac_refuse_truncate() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'AL002', message = 'the audit trail is never truncated';
end $$;
create trigger refuse_truncate before truncate on audit_seal execute function almanac_refuse_truncate();

-- Of the table of events and of every month; table-ddl.ts calls it when they are made.
create procedure almanac_guard_events(name text)
language plpgsql as $$
begin
  execute format('create trigger refuse_truncate before truncate on %I execute function almanac_refuse_truncate()', name);
end $$;

-- A database made before this: its events are sealed with the first seal.
do $$
declare
  part regclass;
begin
  if to_regclass('auditevent') is null then return; end if;
  alter table auditevent add column xid xid8 not null default pg_current_xact_id();
  create index auditevent_xid on auditevent (xid);
  create trigger guard_event before update or delete on auditevent
    for each row execute function almanac_guard_event();
  grant select, delete on auditevent to almanac_retention;
  create policy retention on auditevent to almanac_retention using (true);
  for part in select 'auditevent'::regclass union all select inhrelid from pg_inherits where inhparent = 'auditevent'::regclass loop
    call almanac_guard_events(part::text);
  end loop;
end $$;
