-- An AuditEvent is found by indexes in the order of time (docs/decisions/0027-one-patients-events.md); what is lacking is
-- made from the definitions afterwards, and filled by `npm run reindex`.
drop index if exists auditevent_terms_1;
drop index if exists auditevent_by_date_start;

-- Months made from now on are compressed.
do $$
declare
  packed text;
begin
  if to_regclass('auditevent') is null then return; end if;
  select string_agg(format('alter %I set storage main', attname), ', ') into packed from pg_attribute
  where attrelid = 'auditevent'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    and atttypid in ('text'::regtype, 'text[]'::regtype) and attname not in ('tenant', 'id');
  execute 'alter table auditevent ' || packed;
end $$;
