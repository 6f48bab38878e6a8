import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { generatedTag } from './build-slot.ts'
import type { Interval } from './interval.ts'
import type { ExistingSlot } from './plan-slots.ts'

interface Row extends ExistingSlot {
  readonly schedule: string
}

/** A slot is hours long, sometimes days: what begins before this cannot lie over the range. */
const longestSlot = 7 * 86_400_000

/** Slots that lie over the range, by schedule. */
export async function loadSlots(
  tx: Transaction,
  schedules: readonly string[],
  range: Interval,
): Promise<ReadonlyMap<string, readonly ExistingSlot[]>> {
  const rows = await tx.query<Row>(
    `SELECT by_schedule AS schedule, id, by_status AS status,
       extract(epoch FROM by_start_start)::float8 * 1000 AS start, extract(epoch FROM by_end_start)::float8 * 1000 AS end,
       coalesce(by__tag @> $5, false) AS generated
     FROM ${tableOf('Slot')}
     WHERE tenant = $1 AND by_schedule = ANY($2) AND by_start_start >= $3 AND by_start_start < $4 AND by_end_start > $6
     ORDER BY by_schedule, by_start_start, id`,
    [
      tx.tenant,
      schedules,
      new Date(range.start - longestSlot),
      new Date(range.end),
      [`${generatedTag.system}|${generatedTag.code}`],
      new Date(range.start),
    ],
  )
  return Map.groupBy(rows, ({ schedule }) => schedule)
}
