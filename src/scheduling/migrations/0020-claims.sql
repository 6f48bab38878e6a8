create extension if not exists btree_gist;

-- Holds end by the database's clock, which all servers share.
create function almanac_now() returns timestamptz
language sql volatile as 'select clock_timestamp()';

-- That an actor's time is taken: docs/decisions/0017-claims.md. The constraint is the promise. (`claim` is FHIR's Claim.)
create table booking_claim (
  tenant text collate "C" not null,
  appointment text collate "C" not null,
  actor text collate "C" not null,
  lane integer not null check (lane > 0),
  -- How many at once the booking that took it allows.
  capacity integer not null check (capacity >= lane),
  period tstzrange not null check (not isempty(period)),
  tentative boolean not null,
  -- Of a hold: from then on it counts as free.
  expires timestamptz,
  primary key (appointment, actor, tenant),
  constraint booking_claim_taken_once exclude using gist (actor with =, period with &&, lane with =, tenant with =)
);
grant select, insert, update, delete on booking_claim to almanac_server;
grant select on booking_claim to almanac_upkeep;
call almanac_hold_tenant('booking_claim');

-- Who holds time that is not booked yet, and until when.
create table booking_hold (
  tenant text collate "C" not null,
  appointment text collate "C" not null,
  client text collate "C" not null,
  holder text collate "C",
  patient text collate "C",
  expires timestamptz not null,
  primary key (tenant, appointment)
);
create index booking_hold_expires on booking_hold (expires);
create index booking_hold_client on booking_hold (tenant, client, expires);
create index booking_hold_patient on booking_hold (tenant, patient, expires) where patient is not null;
grant select, insert, update, delete on booking_hold to almanac_server;
grant select on booking_hold to almanac_upkeep;
call almanac_hold_tenant('booking_hold');

create type claim_wish as (
  appointment text, actor text, capacity integer, period tstzrange, tentative boolean, expires timestamptz);

-- The most claims that overlap at one instant of a period: it is reached where one of them, or the period, begins.
create function almanac_peak(clinic text, whose text, during tstzrange) returns integer
language sql stable as $$
  select coalesce(max(at_once), 0)::integer from (
    select (select count(*) from booking_claim c where c.tenant = clinic and c.actor = whose and c.period @> b.instant) as at_once
    from (select greatest(lower(c.period), lower(during)) as instant from booking_claim c
          where c.tenant = clinic and c.actor = whose and c.period && during) b) p
$$;

create function almanac_free_lane(clinic text, whose text, during tstzrange, lanes integer) returns integer
language sql stable as $$
  select min(n) from generate_series(1, lanes) n where not exists (
    select from booking_claim c where c.tenant = clinic and c.actor = whose and c.period && during and c.lane = n)
$$;

-- Lanes can lie so that none is free for the whole of a period of which no instant is full. Then all in reach are dealt
-- out anew, the new one among them: by their beginnings, each to the lowest free lane, which needs no more than the peak.
create procedure almanac_deal_lanes(new_one booking_claim)
language plpgsql as $$
declare
  moved booking_claim[];
  one booking_claim;
begin
  with recursive near as (
    select new_one.appointment as appointment, new_one.period as period
    union
    select c.appointment, c.period from near
    join booking_claim c on c.tenant = new_one.tenant and c.actor = new_one.actor and c.period && near.period),
  gone as (
    delete from booking_claim c using near
    where c.tenant = new_one.tenant and c.actor = new_one.actor and c.appointment = near.appointment
    returning c.*)
  select array_agg(row(gone.*)::booking_claim) into moved from gone;
  for one in select * from unnest(array_append(moved, new_one)) m order by lower(m.period), m.appointment loop
    one.lane := almanac_free_lane(one.tenant, one.actor, one.period, one.capacity);
    insert into booking_claim select one.*;
  end loop;
end $$;

-- Takes what is wished when the actor has room for it; false when not.
create function almanac_take(clinic text, wish claim_wish) returns boolean
language plpgsql as $$
declare
  least_capacity integer;
  free_lane integer := 1;
begin
  select min(c.capacity) into least_capacity from booking_claim c
    where c.tenant = clinic and c.actor = wish.actor and c.period && wish.period;
  if least_capacity is not null then
    if almanac_peak(clinic, wish.actor, wish.period) >= least(least_capacity, wish.capacity) then
      return false;
    end if;
    free_lane := almanac_free_lane(clinic, wish.actor, wish.period, wish.capacity);
  end if;
  if free_lane is null then
    call almanac_deal_lanes(row(clinic, wish.appointment, wish.actor, 1, wish.capacity, wish.period, wish.tentative, wish.expires)::booking_claim);
  else
    insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, expires)
      values (clinic, wish.appointment, wish.actor, free_lane, wish.capacity, wish.period, wish.tentative, wish.expires);
  end if;
  return true;
end $$;

/*
 * All that a transaction's appointments take and give back, in one go: waits its turn for every actor, clears away ended
 * holds, gives back the claims of the appointments that are `replaced`, takes the wishes. Answers with rows of a kind:
 *   lost   `name` has no room for `appointment`; `other` is what is there (one of it)
 *   held   `appointment`, which is replaced, was held by `details`
 *   quota  holds that `name` (a client, a patient) now has: `firm`
 *   slot   current version of the Slot `name`, and its claims: firm, soft (holds and pending), earlier (before this)
 * With something lost the caller must give the transaction up. Joins go by index whatever the statistics of a young table say.
 */
create function almanac_claim(wishes jsonb, replaced text[], slots text[], holds jsonb)
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
begin
  select coalesce(array_agg((w.appointment, w.actor, w.capacity, tstzrange(w.begins, w.ends), w.tentative, w.expires)::claim_wish
                            order by w.actor, w.begins), '{}')
    into wished
    from jsonb_to_recordset(wishes)
      w(appointment text, actor text, capacity integer, begins timestamptz, ends timestamptz, tentative boolean, expires timestamptz)
    where w.ends > moment;

  -- Whoever comes too late is told so without queueing.
  return query
    select 'lost', w.actor, w.appointment, c.appointment, null::jsonb, null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer
    from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period
    where least(c.capacity, w.capacity) = 1 and (c.expires is null or c.expires > moment) and c.appointment <> all(replaced);
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

  return query
    select 'held', null, h.appointment, null, to_jsonb(h) || jsonb_build_object('ended', h.expires <= moment), null, null::integer, null::timestamptz, null, null, null::integer, null::integer, null::integer
    from booking_hold h where h.tenant = clinic and h.appointment = any(replaced);

  watched := slots || array(
    select c.actor from booking_claim c where c.tenant = clinic and c.appointment = any(replaced) and c.actor like 'Slot/%');
  select coalesce(jsonb_object_agg(b.actor, b.many), '{}') into before_of from (
    select c.actor, count(*) as many from booking_claim c
    where c.tenant = clinic and c.actor = any(watched) group by 1) b;

  delete from booking_claim c where c.tenant = clinic and c.appointment = any(replaced);
  delete from booking_claim c using unnest(wished) w
    where c.tenant = clinic and c.actor = w.actor and c.period && w.period and c.expires <= moment;
  delete from booking_hold h where h.tenant = clinic and h.appointment = any(replaced);

  if exists (select from unnest(wished) w join booking_claim c on c.tenant = clinic and c.actor = w.actor and c.period && w.period)
     or exists (
       select from (select w.actor, w.period, lag(w.period) over (partition by w.actor order by lower(w.period)) as previous
                    from unnest(wished) w) p where upper(p.previous) > lower(p.period)) then
    foreach wish in array wished loop
      if not almanac_take(clinic, wish) then
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
      (select count(*) from booking_claim c where c.tenant = clinic and c.actor = 'Slot/' || s.id and not c.tentative)::integer,
      (select count(*) from booking_claim c where c.tenant = clinic and c.actor = 'Slot/' || s.id and c.tentative and (c.expires is null or c.expires > moment))::integer,
      coalesce((before_of ->> ('Slot/' || s.id))::integer, 0)
    from slot s where s.tenant = clinic and s.id = any(array(select distinct substr(n, 6) from unnest(watched) n));
end $$;
