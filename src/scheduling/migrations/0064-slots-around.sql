/*
 * The slots over `places` (actors, or slots for the actors of their schedules, and times) that belong to the schedules of these
 * actors, whoever of a role or its person is named: their current versions, and what is claimed of their actors while they last;
 * and what is claimed while slots last that are about to be written (`asked`). All who let slots follow wait for each other
 * at the slots, after `waiting` and whatever they have waited for before, so what is read here stays true.
 */
create function almanac_slots_around(places jsonb, asked jsonb, waiting text[])
returns table (
  slot text, version integer, updated timestamptz, method text, text text,
  actor text, begins timestamptz, ends timestamptz, capacity integer, tentative boolean)
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  clinic constant text := current_setting('almanac.tenant');
  found_slots text[];
begin
  -- Any number may write slots of one actor at a time, but nobody is booked meanwhile.
  perform pg_advisory_xact_lock_shared(k.hash) from (
    select distinct hashtextextended(clinic || chr(10) || n, 20260820) as hash from unnest(waiting) n order by hash) k;

  with place as materialized (
    select p.* from jsonb_to_recordset(places) p(actor text, begins timestamptz, ends timestamptz)),
  named as materialized (
    select p.actor, p.begins, p.ends from place p where p.actor not like 'Slot/%'
    union
    select a, p.begins, p.ends from place p
      join slot s on s.tenant = clinic and p.actor like 'Slot/%' and s.id = substr(p.actor, 6)
      join schedule d on d.tenant = clinic and d.id = substr(s.by_schedule, 10), unnest(d.by_actor) a),
  person as materialized (
    select n.actor, n.begins, n.ends from named n
    union
    select r.by_practitioner, n.begins, n.ends from named n
      join practitionerrole r on r.tenant = clinic and n.actor like 'PractitionerRole/%' and r.id = substr(n.actor, 18)),
  owner as materialized (
    select p.actor, p.begins, p.ends from person p
    union
    select 'PractitionerRole/' || r.id, p.begins, p.ends from person p
      join practitionerrole r on r.tenant = clinic and p.actor like 'Practitioner/%' and r.by_practitioner = p.actor)
  select coalesce(array_agg(distinct s.id), '{}') into found_slots from owner o
    join schedule d on d.tenant = clinic and d.by_actor @> array[o.actor]
    -- What lasts longer than a day is nobody's to offer.
    join slot s on s.tenant = clinic and s.by_schedule = 'Schedule/' || d.id and s.by_start_start < o.ends
      and s.by_start_start > o.begins - interval '1 day' and s.by_end_start > o.begins
    where s.by_status in ('free', 'busy', 'busy-tentative');

  perform pg_advisory_xact_lock(k.hash) from (
    select distinct hashtextextended(clinic || chr(10) || n.slot, 20261122) as hash from (
      select 'Slot/' || f as slot from unnest(found_slots) f
      -- Whoever only makes slots waits for their actors: nobody else knows the slots yet.
      union all select w.slot from jsonb_to_recordset(asked) w(slot text) where cardinality(waiting) = 0) n order by hash) k;

  return query
    select 'Slot/' || s.id, s.version, s.updated, s.method, s.text, null, null::timestamptz, null::timestamptz, null::integer, null::boolean
    from slot s where s.tenant = clinic and s.id = any(found_slots);
  return query
    with wanted as materialized (
      select w.slot, w.actor, w.begins, w.ends
        from jsonb_to_recordset(asked) w(slot text, actor text, begins timestamptz, ends timestamptz)
      union
      select 'Slot/' || s.id, coalesce(r.by_practitioner, a), s.by_start_start, s.by_end_start
        from slot s
        join schedule d on d.tenant = clinic and d.id = substr(s.by_schedule, 10)
        cross join unnest(d.by_actor || array['Slot/' || s.id]) a
        left join practitionerrole r on r.tenant = clinic and a like 'PractitionerRole/%' and r.id = substr(a, 18)
        where s.tenant = clinic and s.id = any(found_slots)
          and 'Slot/' || s.id not in (select w.slot from jsonb_to_recordset(asked) w(slot text)))
    select w.slot, null::integer, null::timestamptz, null, null, w.actor, lower(c.period), upper(c.period), c.capacity, c.tentative
    from wanted w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && tstzrange(w.begins, w.ends)
    where w.begins < w.ends and (c.expires is null or c.expires > almanac_now());
end $$;

-- Who is taken in one slot may have another that lies across it: that one follows too, on the road that asks.
create or replace function almanac_take_free(wishes jsonb) returns void
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
         select from slot s where s.tenant = clinic and s.id = substr(w.actor, 6) and s.version = w.version))
     or exists (
       select from jsonb_to_recordset(wishes) w(actor text, begins timestamptz, ends timestamptz, version integer)
       join slot s on s.tenant = clinic and w.version is not null and s.id = substr(w.actor, 6)
       join slot o on o.tenant = clinic and o.by_schedule = s.by_schedule and o.by_start_start < w.ends
         and o.by_start_start > w.begins - interval '1 day' and o.by_end_start > w.begins
       where o.id <> s.id and o.by_status in ('free', 'busy', 'busy-tentative')) then
    raise exception 'this time is not as free as it was' using errcode = 'AL003';
  end if;

  -- Two of these that want the same time meet at the constraint.
  insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires)
    select clinic, w.appointment, w.actor, 1, w.capacity, w.period, w.tentative, w.expires from unnest(wished) w;
end $$;
