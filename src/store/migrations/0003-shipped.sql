-- What the server ships are rows of the tenant '*': every clinic sees them beside its own, and none can write them.
create procedure almanac_show_shipped(name text)
language plpgsql as $$
begin
  execute format('create policy shipped on %I for select to almanac_server using (tenant = ''*'')', name);
end $$;

call almanac_show_shipped('history');

-- A clinic that changes how its resources are checked tells all servers, when the change commits.
create function almanac_tell_definition_change() returns trigger
language plpgsql as $$
begin
  perform pg_notify('almanac_definitions', coalesce(new.tenant, old.tenant));
  return null;
end $$;

create procedure almanac_tell_changes(name text)
language plpgsql as $$
begin
  execute format(
    'create trigger definition_change after insert or update or delete on %I for each row execute function almanac_tell_definition_change()',
    name);
end $$;
