-- What patients are told of their visits by e-mail: docs/decisions/0041-telling-patients.md. Written in the transaction that changes the
-- visit, sent after it. Neither addresses nor texts are kept: both are looked up when it is sent.
create table visit_message (
  tenant text collate "C" not null,
  id uuid not null,
  appointment text collate "C" not null,
  -- Of a Patient.
  patient text collate "C" not null,
  kind text not null check (kind in ('moved', 'changed', 'cancelled', 'offered')),
  -- When the visit was to be, as the patient last knew it.
  was timestamptz,
  made timestamptz not null default clock_timestamp(),
  -- When it is sent, or tried again; whoever sends it moves this on first.
  due timestamptz not null,
  attempts integer not null default 0,
  fault text,
  ended timestamptz,
  outcome text check (outcome in ('sent', 'overtaken', 'no-address', 'failed')),
  primary key (tenant, id)
);
create index visit_message_due on visit_message (due) where ended is null;
create index visit_message_open on visit_message (tenant, appointment) where ended is null;
create index visit_message_ended on visit_message (ended) where ended is not null;
grant select, insert, update, delete on visit_message to almanac_server;
grant select (tenant, id, due, ended), delete on visit_message to almanac_upkeep;
call almanac_hold_tenant('visit_message');
