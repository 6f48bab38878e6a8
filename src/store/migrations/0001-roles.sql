-- Roles belong to the cluster, so another database may have made them, perhaps in this very moment.
do $$
declare
  name text;
begin
  foreach name in array array['almanac_server', 'almanac_upkeep'] loop
    begin
      execute format('create role %I nologin', name);
    exception when duplicate_object or unique_violation then
      null;
    end;
    if not pg_has_role(current_user, name, 'member') then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end $$;

comment on role almanac_server is 'Almanac answering requests: one clinic at a time, held by row level security';
comment on role almanac_upkeep is 'Almanac keeping its tables: reindexing, sweeping, sealing, across clinics';

grant usage on schema public to almanac_server, almanac_upkeep;
