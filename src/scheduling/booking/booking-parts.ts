import type { OperationCall } from '#interaction/operation.ts'
import type { Transaction } from '#store/store.ts'
import type { Advice } from '../advice.ts'
import type { SchedulingSettings } from '../claims/claim-parts.ts'

export interface BookingParts {
  readonly advice: Advice
  readonly settings: SchedulingSettings
  readonly clock: () => Date
  readonly newId: () => string
  readonly localBases: (tenant: string) => readonly string[]
  /** Runs what the caller decides, seeing what they may change. */
  readonly transact: <T>(call: OperationCall, work: (tx: Transaction) => Promise<T>) => Promise<T>
}

/** The database's clock, by which holds end. */
export async function currentTime(tx: Transaction): Promise<Date> {
  const [row] = await tx.query<{ now: Date }>('select almanac_now() as now', [])
  return row?.now ?? new Date()
}
