-- What a clinic publishes of its times: lines as they are sent, a schedule's week a part, so that only what has changed is written.
create table published_part (
  tenant text collate "C" not null,
  file text collate "C" not null,
  part text collate "C" not null,
  digest text collate "C" not null,
  changed timestamptz not null,
  -- Empty: there was something once.
  text text not null,
  primary key (tenant, file, part)
);
grant select, insert, update, delete on published_part to almanac_server;
grant select on published_part to almanac_upkeep;
call almanac_hold_tenant('published_part');

-- When it was last compared with the calendar.
create table published_look (
  tenant text collate "C" not null primary key,
  looked timestamptz not null
);
grant select, insert, update on published_look to almanac_server;
grant select on published_look to almanac_upkeep;
call almanac_hold_tenant('published_look');
