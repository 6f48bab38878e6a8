-- How far the slots of a schedule are made, and from what: the versions of its roster and of the time zone rules.
create table roster_state (
  tenant text collate "C" not null,
  schedule text collate "C" not null,
  fingerprint text not null,
  until timestamptz not null,
  primary key (tenant, schedule)
);
grant select, insert, update, delete on roster_state to almanac_server;
grant select on roster_state to almanac_upkeep;
call almanac_hold_tenant('roster_state');
