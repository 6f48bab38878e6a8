-- Who waits, and since when: the waiting list keeps it with every write of their Appointment, whose `version` has the
-- wishes. A row is locked while its Appointment is offered a time: docs/decisions/0023-waiting-list.md.
create table waitlist_entry (
  tenant text collate "C" not null,
  appointment text collate "C" not null,
  since timestamptz not null,
  version integer not null,
  primary key (tenant, appointment)
);
grant select, insert, update, delete on waitlist_entry to almanac_server;
grant select on waitlist_entry to almanac_upkeep;
call almanac_hold_tenant('waitlist_entry');

-- What was offered to whom, until when, and what came of it; the time itself is held by the Appointment.
create table waitlist_offer (
  tenant text collate "C" not null,
  appointment text collate "C" not null,
  made timestamptz not null,
  begins timestamptz not null,
  ends timestamptz not null,
  deadline timestamptz not null,
  outcome text check (outcome in ('accepted', 'declined', 'expired', 'withdrawn')),
  ended timestamptz,
  primary key (tenant, appointment, made)
);
create unique index waitlist_offer_open on waitlist_offer (tenant, appointment) where outcome is null;
grant select, insert, update on waitlist_offer to almanac_server;
grant select on waitlist_offer to almanac_upkeep;
call almanac_hold_tenant('waitlist_offer');

-- One server at a time looks through a clinic's list; whoever dies at it loses its turn when that ends.
create table waitlist_look (
  tenant text collate "C" not null,
  turn_ends timestamptz not null,
  looked timestamptz not null,
  primary key (tenant)
);
grant select, insert, update on waitlist_look to almanac_server;
grant select on waitlist_look to almanac_upkeep;
call almanac_hold_tenant('waitlist_look');
