-- Roles belong to the cluster: another database may have made them, perhaps in this very moment, or a DBA
-- where this user may not.
do $$
declare
  -- From 16 on, whoever made a role may grant it, but may not be it until it is granted to them.
  right_to_be constant text := case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end;
  name text;
  purpose text;
begin
  for name, purpose in values
    ('almanac_server', 'Almanac answering requests: one clinic at a time, held by row level security'),
    ('almanac_upkeep', 'Almanac keeping its tables: reindexing, sweeping, sealing, across clinics')
  loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
        execute format('comment on role %I is %L', name, purpose);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if not pg_has_role(current_user, name, right_to_be) then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end $$;

grant usage on schema public to almanac_server, almanac_upkeep;
