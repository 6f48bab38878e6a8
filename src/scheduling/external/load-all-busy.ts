import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import type { Busy } from '../find/busy.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { loadBusy } from '../find/load-times.ts'
import { loadExternalBusy, withExternalBusy } from './external-busy.ts'

/** What these are taken for, here and elsewhere. */
export async function loadAllBusy(
  tx: Transaction,
  { external }: Pick<ClinicCalendar, 'external'>,
  actors: readonly string[],
  range: Interval,
  except: readonly string[] = [],
): Promise<ReadonlyMap<string, Busy>> {
  const busy = await loadBusy(tx, actors, range, except)
  return withExternalBusy(busy, await loadExternalBusy(tx, external, actors, range))
}
