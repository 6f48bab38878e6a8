-- Private calendar addresses: whoever has the token reads them, so that only its hash is kept.
create table calendar_feed (
  tenant text collate "C" not null,
  token_hash bytea not null,
  -- `Practitioner/1`, `Patient/1`
  actor text collate "C" not null,
  client text collate "C" not null,
  created timestamptz not null default now(),
  primary key (tenant, token_hash)
);
create index calendar_feed_actor on calendar_feed (tenant, actor);
grant select, insert, delete on calendar_feed to almanac_server;
grant select on calendar_feed to almanac_upkeep;
call almanac_hold_tenant('calendar_feed');
