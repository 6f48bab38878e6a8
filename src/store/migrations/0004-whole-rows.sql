-- Rows of two to four kilobytes stay as they are, which spares their compression; longer ones are compressed as before.
do $$
declare
  kept regclass;
begin
  for kept in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'text'
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
  loop
    execute format('alter table %s set (toast_tuple_target = 4096)', kept);
  end loop;
end
$$;
