-- The claims of bookings that were seen to be free, theirs and those of others of the same moment in one go; `version` is of
-- the Slot that was seen. It takes all or throws: then each is run again by itself and asks almanac_claim.
create function almanac_take_free(wishes jsonb) returns void
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  clinic constant text := current_setting('almanac.tenant');
  wished claim_wish[];
begin
  select array_agg((w.appointment, w.actor, 1, tstzrange(w.begins, w.ends), false, null)::claim_wish) into wished
    from jsonb_to_recordset(wishes) w(appointment text, actor text, begins timestamptz, ends timestamptz);

  perform pg_advisory_xact_lock(k.hash) from (
    select distinct hashtextextended(clinic || chr(10) || w.actor, 20260820) as hash from unnest(wished) w order by hash) k;

  if exists (select from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period)
     or exists (
       select from jsonb_to_recordset(wishes) w(actor text, version integer)
       where w.version is not null and not exists (
         select from slot s where s.tenant = clinic and s.id = substr(w.actor, 6) and s.version = w.version)) then
    raise exception 'this time is not as free as it was' using errcode = 'AL003';
  end if;

  -- Two of these that want the same time meet at the constraint.
  insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires)
    select clinic, w.appointment, w.actor, 1, w.capacity, w.period, w.tentative, w.expires from unnest(wished) w;
end $$;
