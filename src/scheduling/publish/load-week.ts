import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { extensionUrls } from '../known-extensions.ts'

export interface WeekSlot extends Interval {
  readonly id: string
  readonly schedule: string
  readonly status: string
  /** As the slot says. */
  readonly capacity: number | null
  /** Visits that have a place in it. */
  readonly taken: number
}

/** All slots of some schedules in a range, in their order. */
export function loadWeek(
  tx: Transaction,
  schedules: readonly string[],
  range: Interval,
): Promise<readonly WeekSlot[]> {
  return tx.query<WeekSlot>(
    `SELECT s.id, s.by_schedule AS schedule, s.by_status AS status,
       extract(epoch FROM s.by_start_start)::float8 * 1000 AS start, extract(epoch FROM s.by_end_start)::float8 * 1000 AS end,
       (SELECT (e ->> 'valueInteger')::numeric::integer FROM jsonb_array_elements(s.content -> 'extension') e WHERE e ->> 'url' = $5) AS capacity,
       (SELECT count(*)::integer FROM booking_claim c
        WHERE c.tenant = $1 AND c.actor = 'Slot/' || s.id AND (c.expires IS NULL OR c.expires > almanac_now())) AS taken
     FROM ${tableOf('Slot')} s
     WHERE s.tenant = $1 AND s.by_schedule = ANY($2) AND s.by_start_start >= $3 AND s.by_start_start < $4
       AND s.by_status <> 'entered-in-error'
     ORDER BY s.by_schedule, s.by_start_start, s.id`,
    [tx.tenant, schedules, new Date(range.start), new Date(range.end), extensionUrls.slotCapacity],
  )
}

/** When the last of these slots begins. */
export async function loadLastStart(
  tx: Transaction,
  schedules: readonly string[],
  range: Interval,
): Promise<number | undefined> {
  const [row] = await tx.query<{ last: number | null }>(
    `SELECT extract(epoch FROM max(by_start_start))::float8 * 1000 AS last FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = ANY($2) AND by_start_start >= $3 AND by_start_start < $4`,
    [tx.tenant, schedules, new Date(range.start), new Date(range.end)],
  )
  return row?.last ?? undefined
}
