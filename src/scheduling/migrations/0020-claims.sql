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
