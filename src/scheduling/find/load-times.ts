import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { type Busy, busyWith } from './busy.ts'
import { readClaims, readTimes } from './packed-times.ts'

/** The slots of a schedule in a range: the free ones, and how many are taken. */
export interface SlotTimes {
  readonly free: readonly Interval[]
  readonly taken: number
}

/** One statement over the index alone, however many schedules. */
export async function loadSlotTimes(
  tx: Transaction,
  schedules: readonly string[],
  range: Interval,
  freed: readonly string[] = [],
): Promise<ReadonlyMap<string, SlotTimes>> {
  if (schedules.length === 0) return new Map()
  const rows = await tx.query<{ schedule: string; taken: number; free: Buffer | null }>(
    `SELECT by_schedule AS schedule, count(*) FILTER (WHERE by_status IN ('busy', 'busy-tentative'))::integer AS taken,
       string_agg(timestamptz_send(by_start_start) || timestamptz_send(by_end_start), '') FILTER (WHERE ${isFree(freed, '$5')}) AS free
     FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = ANY($2) AND by_start_start >= $3 AND by_start_start < $4
     GROUP BY by_schedule`,
    [tx.tenant, schedules, new Date(range.start), new Date(range.end), ...idsOf(freed)],
  )
  return new Map(
    rows.map(({ schedule, taken, free }) => [
      schedule,
      { taken, free: free === null ? [] : readTimes(free) },
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
  const rows = await tx.query<{ actor: string; claims: Buffer }>(
    `SELECT actor, string_agg(timestamptz_send(lower(period)) || timestamptz_send(upper(period)) || int4send(capacity), '') AS claims
     FROM booking_claim
     WHERE tenant = $1 AND actor = ANY($2) AND period && tstzrange($3, $4) AND appointment <> ALL($5) AND (expires IS NULL OR expires > almanac_now())
     GROUP BY actor`,
    [tx.tenant, actors, new Date(range.start), new Date(range.end), except],
  )
  return new Map(rows.map(({ actor, claims }) => [actor, busyWith(readClaims(claims))]))
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
