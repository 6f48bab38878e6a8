-- Calendars of others that keep somebody busy: docs/decisions/0024-external-calendars.md. The address may hold a secret, so
-- no answer repeats it and the role that keeps house does not see it.
create table external_calendar (
  tenant text collate "C" not null,
  id uuid not null,
  -- `Practitioner/1`, `Location/1`, `Device/1`
  actor text collate "C" not null,
  kind text not null,
  address text not null,
  -- What counts when nothing was fetched for `stale_minutes`: what is known, everything as busy, everything as free.
  when_stale text not null check (when_stale in ('keep', 'busy', 'free')),
  stale_minutes integer not null,
  -- When it is fetched next; whoever fetches it moves this on first.
  due timestamptz not null,
  fetched timestamptz,
  failures integer not null default 0,
  fault text,
  primary key (tenant, id)
);
create index external_calendar_actor on external_calendar (tenant, actor);
create index external_calendar_due on external_calendar (due);
grant select, insert, update, delete on external_calendar to almanac_server;
grant select (tenant, id, due) on external_calendar to almanac_upkeep;
call almanac_hold_tenant('external_calendar');

-- When, never why: neither titles nor people are kept.
create table external_busy (
  tenant text collate "C" not null,
  calendar uuid not null,
  begins timestamptz not null,
  ends timestamptz not null check (ends > begins),
  primary key (tenant, calendar, begins),
  foreign key (tenant, calendar) references external_calendar on delete cascade
);
grant select, insert, delete on external_busy to almanac_server;
call almanac_hold_tenant('external_busy');
