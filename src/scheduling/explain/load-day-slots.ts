import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'

export interface DaySlot extends Interval {
  readonly id: string
  readonly version: number
  readonly status: string
}

const day = 86_400_000

/** The slots of a schedule around a visit, in their order. */
export async function loadDaySlots(
  tx: Transaction,
  schedule: string,
  { start, end }: Interval,
): Promise<readonly DaySlot[]> {
  return tx.query<DaySlot>(
    `SELECT id, version, by_status AS status, extract(epoch FROM by_start_start)::float8 * 1000 AS start,
       extract(epoch FROM by_end_start)::float8 * 1000 AS end
     FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = $2 AND by_start_start > $3 AND by_start_start < $4
     ORDER BY by_start_start, by_end_start, id`,
    [tx.tenant, schedule, new Date(start - day), new Date(end)],
  )
}
