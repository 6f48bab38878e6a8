-- Apps of the whole server, or of several clinics, that one clinic does not let in.
create table oauth_barred (
  client_id text collate "C" not null references oauth_client (id) on delete cascade,
  clinic text collate "C" not null,
  created timestamptz not null default now(),
  primary key (client_id, clinic)
);
grant select, insert, delete on oauth_barred to almanac_server;
