-- What many events have in common is kept once (docs/decisions/0029-audit-forms.md); what varies is in their rows, and the view
-- auditevent puts both together. Its columns, and those that the forms have for searches, follow the definitions: event-view.ts.
create table audit_form (
  tenant text collate "C" not null,
  -- The first half of the SHA-256 of what the form says.
  id uuid not null,
  -- In the notation of format(): `%1$s` is the event's id, `%2$s` the first of its values.
  text text not null,
  primary key (tenant, id)
) with (toast_tuple_target = 4096);
grant select, insert on audit_form to almanac_server;
grant select on audit_form to almanac_upkeep, almanac_retention;
call almanac_hold_tenant('audit_form');
create policy retention on audit_form to almanac_retention using (true);

create function almanac_guard_form() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'AL002', message = 'forms of the audit trail are never changed';
end $$;
create trigger guard_form before update or delete on audit_form for each row execute function almanac_guard_form();
create trigger refuse_truncate before truncate on audit_form execute function almanac_refuse_truncate();

create or replace function almanac_guard_event() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if current_user = 'almanac_upkeep' and tg_table_name = 'audit_row_rest' then return old; end if;
    if current_user = 'almanac_retention'
        and almanac_is_buried(old.tenant, to_char(old.updated at time zone 'UTC', 'YYYY-MM')) then
      return old;
    end if;
  elsif (new.tenant, new.id, new.version, new.updated, new.text, new.form, new.v, new.xid)
      is not distinct from (old.tenant, old.id, old.version, old.updated, old.text, old.form, old.v, old.xid) then
    return new;
  end if;
  raise exception using errcode = 'AL002', message = 'events of the audit trail are never changed';
end $$;

-- A database made before this: its events stay whole. What lies in the rows takes their name.
do $$
declare
  part record;
begin
  if to_regclass('auditevent') is null then return; end if;
  alter table auditevent drop column content, alter column text drop not null, add column form uuid, add column v text[];
  alter table auditevent add constraint whole_or_formed
    check ((text is null) = (form is not null) and (form is null) = (v is null)) not valid;
  for part in
    select relname, regexp_replace(relname, '^auditevent', 'audit_row') as name from pg_class
    where relnamespace = current_schema()::regnamespace and relname ~ '^auditevent(_|$)' and relkind in ('r', 'p', 'i', 'I')
  loop
    execute format('alter table %I rename to %I', part.relname, part.name);
  end loop;
end $$;
