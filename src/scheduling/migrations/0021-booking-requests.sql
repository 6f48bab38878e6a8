-- What a client's request has made, so that the same request sent twice makes it once.
create table booking_request (
  tenant text collate "C" not null,
  client text collate "C" not null,
  key text collate "C" not null,
  appointment text collate "C" not null,
  created timestamptz not null default now(),
  primary key (tenant, client, key)
);
create index booking_request_created on booking_request (created);
grant select, insert on booking_request to almanac_server;
grant select, delete on booking_request to almanac_upkeep;
call almanac_hold_tenant('booking_request');
