import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'

/** Whose slots these are: `Slot/1` to `Schedule/1`. */
export async function loadSchedulesOfSlots(
  tx: Transaction,
  slots: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (slots.length === 0) return new Map()
  const rows = await tx.query<{ slot: string; schedule: string }>(
    `SELECT 'Slot/' || id AS slot, by_schedule AS schedule FROM ${tableOf('Slot')} WHERE tenant = $1 AND id = ANY($2)`,
    [tx.tenant, slots.map((slot) => slot.slice('Slot/'.length))],
  )
  return new Map(rows.map(({ slot, schedule }) => [slot, schedule]))
}
