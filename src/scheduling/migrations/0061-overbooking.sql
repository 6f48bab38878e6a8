-- More visits at once than an actor has room for, where a rule of the clinic gives somebody the right to: each has a lane of
-- its own below zero, so that the others' lanes stay what they are, and there are never more of them than the right says.
alter table booking_claim add column over integer not null default 0 check (over >= 0);
alter table booking_claim drop constraint booking_claim_check;
alter table booking_claim drop constraint booking_claim_lane_check;
alter table booking_claim add constraint booking_claim_lane_check
  check (case when over = 0 then lane between 1 and capacity else lane between -over and -1 end);

create or replace procedure almanac_deal_lanes(new_one booking_claim)
language plpgsql as $$
declare
  moved booking_claim[];
  one booking_claim;
begin
  with recursive near as (
    select new_one.appointment as appointment, new_one.period as period
    union
    select c.appointment, c.period from near
    join booking_claim c on c.tenant = new_one.tenant and c.actor = new_one.actor and c.over = 0 and c.period && near.period),
  gone as (
    delete from booking_claim c using near
    where c.tenant = new_one.tenant and c.actor = new_one.actor and c.over = 0 and c.appointment = near.appointment
    returning c.*)
  select array_agg(row(gone.*)::booking_claim) into moved from gone;
  for one in select * from unnest(array_append(moved, new_one)) m order by lower(m.period), m.appointment loop
    one.lane := almanac_free_lane(one.tenant, one.actor, one.period, one.capacity);
    insert into booking_claim select one.*;
  end loop;
end $$;

drop function almanac_take(text, claim_wish);

-- Takes what is wished when the actor has room for it, else in a lane below zero when so many more are allowed. Answers with
-- the lane, or null.
create function almanac_take(clinic text, wish claim_wish, more integer) returns integer
language plpgsql as $$
declare
  least_capacity integer;
  free_lane integer := 1;
begin
  select min(c.capacity) into least_capacity from booking_claim c
    where c.tenant = clinic and c.actor = wish.actor and c.period && wish.period;
  if least_capacity is not null then
    if almanac_peak(clinic, wish.actor, wish.period) >= least(least_capacity, wish.capacity) then
      select max(n) into free_lane from generate_series(-more, -1) n where not exists (
        select from booking_claim c where c.tenant = clinic and c.actor = wish.actor and c.period && wish.period and c.lane = n);
      if free_lane is not null then
        insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires, over)
          values (clinic, wish.appointment, wish.actor, free_lane, wish.capacity, wish.period, wish.tentative, wish.expires, more);
      end if;
      return free_lane;
    end if;
    free_lane := almanac_free_lane(clinic, wish.actor, wish.period, wish.capacity);
  end if;
  if free_lane is null then
    call almanac_deal_lanes(row(clinic, wish.appointment, wish.actor, 1, wish.capacity, wish.period, wish.tentative, wish.expires, 0)::booking_claim);
    return 1;
  end if;
  insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires)
    values (clinic, wish.appointment, wish.actor, free_lane, wish.capacity, wish.period, wish.tentative, wish.expires);
  return free_lane;
end $$;

/*
 * All that a transaction's appointments take and give back, in one go: waits its turn for every actor, clears away ended
 * holds, gives back the claims of the appointments that are `replaced`, takes the wishes. Answers with rows of a kind:
 *   lost   `name` has no room for `appointment`; `other` is what is there (one of it)
 *   held   `appointment`, which is replaced, was held by `details`
 *   over   `name` has `appointment` beyond its room, as it was allowed
 *   quota  holds that `name` (a client, a patient) now has: `firm`
 *   slot   current version of the Slot `name`, and its claims: firm, soft (holds and pending), earlier (before this)
 * With something lost the caller must give the transaction up. Who replaces nothing and finds nobody in the way, as most do,
 * pays for no more than that; and nothing is read but by the index over actors and periods, however young its statistics
 * (that `&&` may use it behind row level security is leakproof.ts).
 */
create or replace function almanac_claim(wishes jsonb, replaced text[], slots text[], holds jsonb)
returns table (
  kind text, name text, appointment text, other text, details jsonb,
  id text, version integer, updated timestamptz, method text, text text, firm integer, soft integer, earlier integer)
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  clinic constant text := current_setting('almanac.tenant');
  moment timestamptz := almanac_now();
  wished claim_wish[];
  wish claim_wish;
  watched text[];
  before_of jsonb;
  twice boolean;
  in_the_way boolean;
  more_of jsonb;
  taken_lane integer;
begin
  select coalesce(array_agg((w.appointment, w.actor, w.capacity, tstzrange(w.begins, w.ends), w.tentative, w.expires)::claim_wish
                            order by w.actor, w.begins), '{}'),
         count(*) > count(distinct w.actor)
    into wished, twice
    from jsonb_to_recordset(wishes)
      w(appointment text, actor text, capacity integer, begins timestamptz, ends timestamptz, tentative boolean, expires timestamptz)
    where w.ends > moment;

  -- How many more than there is room for are allowed; what a visit was allowed once it keeps while it stays where it is.
  select coalesce(jsonb_object_agg(w ->> 'appointment' || ' ' || (w ->> 'actor'), w -> 'over'), '{}') into more_of
    from jsonb_array_elements(wishes) w where (w ->> 'over')::integer > 0;
  if cardinality(replaced) > 0 then
    select more_of || coalesce(jsonb_object_agg(c.appointment || ' ' || c.actor, c.over), '{}') into more_of
      from unnest(wished) w join booking_claim c on c.tenant = clinic and c.appointment = w.appointment and c.actor = w.actor
      where c.over > 0 and c.appointment = any(replaced) and c.period @> w.period;
  end if;

  -- Whoever comes too late is told so without queueing.
  return query
    select 'lost', w.actor, w.appointment, c.appointment, null::jsonb, null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer
    from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period
    where least(c.capacity, w.capacity) = 1 and (c.expires is null or c.expires > moment) and c.appointment <> all(replaced)
      and not more_of ? (w.appointment || ' ' || w.actor);
  if found then
    return;
  end if;

  perform pg_advisory_xact_lock(k.hash) from (
    select distinct hashtextextended(clinic || chr(10) || n.name, 20260820) as hash from (
      select w.actor as name from unnest(wished) w
      union all select c.actor from booking_claim c where c.tenant = clinic and c.appointment = any(replaced)
      union all select unnest(slots)
      union all select unnest(array['client ' || (h ->> 'client'), 'patient ' || (h ->> 'patient')]) from jsonb_array_elements(holds) h
    ) n where n.name is not null order by hash) k;
  moment := almanac_now();

  watched := slots;
  if cardinality(replaced) > 0 then
    return query
      select 'held', null, h.appointment, null, to_jsonb(h) || jsonb_build_object('ended', h.expires <= moment), null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer
      from booking_hold h where h.tenant = clinic and h.appointment = any(replaced);
    watched := slots || array(
      select c.actor from booking_claim c where c.tenant = clinic and c.appointment = any(replaced) and c.actor like 'Slot/%');
  end if;
  select coalesce(jsonb_object_agg(n.name, (select count(*) from booking_claim c where c.tenant = clinic and c.actor = n.name)), '{}')
    into before_of from (select distinct unnest(watched) as name) n;
  if cardinality(replaced) > 0 then
    delete from booking_claim c where c.tenant = clinic and c.appointment = any(replaced);
    delete from booking_hold h where h.tenant = clinic and h.appointment = any(replaced);
  end if;

  in_the_way := exists (
    select from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period);
  if in_the_way then
    delete from booking_claim c using unnest(wished) w
      where c.tenant = clinic and c.actor = w.actor and c.period && w.period and c.expires <= moment;
    in_the_way := exists (
      select from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period);
  end if;
  if twice and not in_the_way then
    in_the_way := exists (
      select from (select w.actor, w.period, lag(w.period) over (partition by w.actor order by lower(w.period)) as previous
                   from unnest(wished) w) p where upper(p.previous) > lower(p.period));
  end if;

  if in_the_way then
    foreach wish in array wished loop
      taken_lane := almanac_take(clinic, wish, coalesce((more_of ->> (wish.appointment || ' ' || wish.actor))::integer, 0));
      if taken_lane < 0 then
        return query
          select 'over', wish.actor, wish.appointment, null, null::jsonb, null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer;
      elsif taken_lane is null then
        return query
          select 'lost', wish.actor, wish.appointment, min(c.appointment), null::jsonb, null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer
          from booking_claim c where c.tenant = clinic and c.actor = wish.actor and c.period && wish.period;
      end if;
    end loop;
  else
    insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires)
      select clinic, w.appointment, w.actor, 1, w.capacity, w.period, w.tentative, w.expires from unnest(wished) w;
  end if;

  if holds <> '[]' then
    insert into booking_hold (tenant, appointment, client, holder, patient, expires)
      select clinic, h.* from jsonb_to_recordset(holds) h(appointment text, client text, holder text, patient text, expires timestamptz);
    return query
      select 'quota', q.name, null, null, null::jsonb, null, null::integer, null::timestamptz, null, null, q.many::integer, null::integer, null::integer from (
        select h.client as name, count(*) as many from booking_hold h
        where h.tenant = clinic and h.expires > moment and h.client in (select e ->> 'client' from jsonb_array_elements(holds) e) group by 1
        union all
        select h.patient, count(*) from booking_hold h
        where h.tenant = clinic and h.expires > moment and h.patient in (select e ->> 'patient' from jsonb_array_elements(holds) e) group by 1) q;
  end if;

  return query
    select 'slot', 'Slot/' || s.id, null, null, null::jsonb, s.id, s.version, s.updated, s.method, s.text,
      n.firm::integer, n.soft::integer, coalesce((before_of ->> ('Slot/' || s.id))::integer, 0)
    from slot s, lateral (
      select count(*) filter (where not c.tentative) as firm,
        count(*) filter (where c.tentative and (c.expires is null or c.expires > moment)) as soft
      from booking_claim c where c.tenant = clinic and c.actor = 'Slot/' || s.id) n
    where s.tenant = clinic and s.id = any(array(select distinct substr(w, 6) from unnest(watched) w));
end $$;
