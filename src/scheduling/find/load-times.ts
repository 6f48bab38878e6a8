import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { type Busy, busyWith, type Claim } from './busy.ts'

/** The slots of a schedule in a range: the free ones, and how many are taken. */
export interface SlotTimes {
  readonly free: readonly Interval[]
  readonly taken: number
}

/**
 * One statement over the index alone, however many schedules: seconds from the range's beginning, since numbers this
 * short cross the wire and JSON.parse fastest.
 */
export async function loadSlotTimes(
  tx: Transaction,
  schedules: readonly string[],
  range: Interval,
  freed: readonly string[] = [],
): Promise<ReadonlyMap<string, SlotTimes>> {
  if (schedules.length === 0) return new Map()
  const rows = await tx.query<{ schedule: string; starts: number[]; ends: number[]; taken: number }>(
    `SELECT schedule, taken::integer,
       coalesce(json_agg(starts ORDER BY starts, ends) FILTER (WHERE free), '[]') AS starts,
       coalesce(json_agg(ends ORDER BY starts, ends) FILTER (WHERE free), '[]') AS ends
     FROM (
       SELECT by_schedule AS schedule, ${isFree(freed, '$5')} AS free,
         extract(epoch FROM by_start_start - $3)::float8 AS starts, extract(epoch FROM by_end_start - $3)::float8 AS ends,
         count(*) FILTER (WHERE by_status IN ('busy', 'busy-tentative')) OVER (PARTITION BY by_schedule) AS taken
       FROM ${tableOf('Slot')}
       WHERE tenant = $1 AND by_schedule = ANY($2) AND by_start_start >= $3 AND by_start_start < $4
     ) AS slots GROUP BY schedule, taken`,
    [tx.tenant, schedules, new Date(range.start), new Date(range.end), ...idsOf(freed)],
  )
  return new Map(
    rows.map(({ schedule, starts, ends, taken }) => [
      schedule,
      {
        taken,
        free: starts.map((start, at) => ({
          start: range.start + start * 1000,
          end: range.start + (ends[at] as number) * 1000,
        })),
      },
    ]),
  )
}

/** `freed`: slots whose appointments are about to leave them. */
function isFree(freed: readonly string[], place: string): string {
  return freed.length === 0 ? `by_status = 'free'` : `(by_status = 'free' OR id = ANY(${place}))`
}

function idsOf(slots: readonly string[]): readonly (readonly string[])[] {
  return slots.length === 0 ? [] : [slots.map((slot) => slot.slice('Slot/'.length))]
}

/** What is claimed of these actors in a range, but by some appointments; holds that have ended count as free. */
export async function loadBusy(
  tx: Transaction,
  actors: readonly string[],
  range: Interval,
  except: readonly string[] = [],
): Promise<ReadonlyMap<string, Busy>> {
  if (actors.length === 0) return new Map()
  const rows = await tx.query<{ actor: string; claims: [number, number, number][] }>(
    `SELECT actor, json_agg(json_build_array(
        extract(epoch FROM lower(period))::float8 * 1000, extract(epoch FROM upper(period))::float8 * 1000, capacity)) AS claims
     FROM booking_claim
     WHERE tenant = $1 AND actor = ANY($2) AND period && tstzrange($3, $4) AND appointment <> ALL($5) AND (expires IS NULL OR expires > almanac_now())
     GROUP BY actor`,
    [tx.tenant, actors, new Date(range.start), new Date(range.end), except],
  )
  return new Map(
    rows.map(({ actor, claims }) => [
      actor,
      busyWith(claims.map(([start, end, capacity]): Claim => ({ start, end, capacity }))),
    ]),
  )
}

export interface SlotPlace extends Interval {
  readonly id: string
}

/** Free slots with their ids, in their order, by schedule: asked for the few times that are offered. */
export async function loadSlotPlaces(
  tx: Transaction,
  schedules: readonly string[],
  { start, end }: Interval,
  freed: readonly string[] = [],
): Promise<ReadonlyMap<string, readonly SlotPlace[]>> {
  const rows = await tx.query<SlotPlace & { schedule: string }>(
    `SELECT by_schedule AS schedule, id, extract(epoch FROM by_start_start)::float8 * 1000 AS start,
       extract(epoch FROM by_end_start)::float8 * 1000 AS end
     FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = ANY($2) AND by_start_start > $3 AND by_start_start < $4 AND ${isFree(freed, '$5')}
     ORDER BY by_schedule, by_start_start, id`,
    [tx.tenant, schedules, new Date(start - longestSlot), new Date(end), ...idsOf(freed)],
  )
  return Map.groupBy(rows, ({ schedule }) => schedule)
}

const longestSlot = 86_400_000
