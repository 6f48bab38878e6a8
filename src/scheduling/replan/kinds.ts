import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { codesOf } from '../availability/roster-neighbours.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { type FindWish, noWishes } from '../find/find-wish.ts'
import { isResource, practitionerOf, visitTypesOf } from '../find/fits-wish.ts'
import type { Hit } from './find-hits.ts'
import type { MoveLimits } from './replan-wish.ts'

/** Appointments that look for the same thing share the search. */
export interface Kind {
  readonly wish: FindWish
  readonly hits: readonly Hit[]
}

export async function groupByKind(
  tx: Transaction,
  { candidates }: ClinicCalendar,
  hits: readonly Hit[],
  limits: MoveLimits,
  now: number,
): Promise<readonly Kind[]> {
  const all = [...candidates.values()]
  const offered = new Set(all.flatMap(({ of }) => visitTypesOf(of)))
  const places = await loadLikes(tx, hits)
  const groups = Map.groupBy(hits, (hit) => JSON.stringify(wishOf(hit, all, offered, places, limits)))
  return [...groups].map(([text, ofKind]) => ({
    hits: ofKind,
    wish: { ...noWishes, ...(JSON.parse(text) as Partial<FindWish>), range: reachOf(ofKind, limits, now) },
  }))
}

function wishOf(
  { schedules, actors, appointment, start, end }: Hit,
  all: readonly Candidate[],
  offered: ReadonlySet<string>,
  places: ReadonlyMap<string, readonly string[]>,
  { sameClinician }: MoveLimits,
): Partial<FindWish> {
  const own = all.filter(({ roster }) => schedules.includes(roster.schedule))
  const theirs =
    own.length > 0 ? own : all.filter(({ roster }) => roster.actors.some((one) => actors.includes(one)))
  const mains = theirs.filter(({ of }) => !isResource(of))
  const asked = codesOf(appointment.serviceType).filter((type) => offered.has(type))
  const visitTypes = asked.length > 0 ? asked : [...new Set(mains.flatMap(({ of }) => visitTypesOf(of)))]
  const clinicians = mains.flatMap(({ of }) => practitionerOf(of) ?? [])
  const fixed = new Set(mains.flatMap(({ roster }) => roster.actors))
  const beside = (type: string) => [
    ...new Set(
      actors
        .filter((actor) => actor.startsWith(type) && !fixed.has(actor))
        .flatMap((actor) => [actor, ...(places.get(actor) ?? [])]),
    ),
  ]
  return {
    length: end - start,
    visitTypes,
    practitioners: sameClinician || visitTypes.length === 0 ? clinicians : [],
    locations: beside('Location/'),
    devices: beside('Device/'),
  }
}

function reachOf(hits: readonly Hit[], { reach }: MoveLimits, now: number): Interval {
  const starts = hits.map(({ start }) => start)
  return {
    start: Math.max(now, Math.min(...starts) - reach),
    end: Math.max(now, Math.max(...starts) + reach) + 1,
  }
}

/** Rooms of the same house and kind, devices of the same type, where one has failed. */
async function loadLikes(
  tx: Transaction,
  hits: readonly Hit[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const things = [
    ...new Set(hits.flatMap(({ actors }) => actors.filter((one) => /^(?:Location|Device)\//.test(one)))),
  ]
  if (things.length === 0) return new Map()
  const rows = await tx.query<{ thing: string; other: string }>(
    `SELECT 'Location/' || a.id AS thing, 'Location/' || b.id AS other
     FROM ${tableOf('Location')} a JOIN ${tableOf('Location')} b ON b.tenant = a.tenant AND b.id <> a.id
       AND b.content -> 'partOf' ->> 'reference' = a.content -> 'partOf' ->> 'reference'
       AND b.content -> 'physicalType' -> 'coding' IS NOT DISTINCT FROM a.content -> 'physicalType' -> 'coding'
       AND b.content -> 'type' IS NOT DISTINCT FROM a.content -> 'type'
     WHERE a.tenant = $1 AND 'Location/' || a.id = ANY($2)
     UNION ALL
     SELECT 'Device/' || a.id, 'Device/' || b.id
     FROM ${tableOf('Device')} a JOIN ${tableOf('Device')} b ON b.tenant = a.tenant AND b.id <> a.id
       AND b.content -> 'type' -> 'coding' = a.content -> 'type' -> 'coding'
     WHERE a.tenant = $1 AND 'Device/' || a.id = ANY($2)
     ORDER BY 1, 2`,
    [tx.tenant, things],
  )
  return new Map(
    [...Map.groupBy(rows, ({ thing }) => thing)].map(([thing, some]) => [
      thing,
      some.map(({ other }) => other),
    ]),
  )
}
