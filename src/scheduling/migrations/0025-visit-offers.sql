-- What $find has answered, a page a row: an offer can be held or booked by its id until it expires.
create table visit_offer (
  tenant text collate "C" not null,
  page uuid not null,
  expires timestamptz not null,
  appointments jsonb not null,
  primary key (tenant, page)
);
create index visit_offer_expires on visit_offer (tenant, expires);
grant select, insert, delete on visit_offer to almanac_server;
grant select on visit_offer to almanac_upkeep;
call almanac_hold_tenant('visit_offer');
