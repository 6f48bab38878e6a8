import type { Transaction } from '#store/store.ts'
import type { Candidate } from './candidate.ts'
import type { ClinicCalendar } from './clinic-calendar.ts'
import type { FindWish } from './find-wish.ts'
import { fitsWish, isResource } from './fits-wish.ts'
import { loadBare } from './load-bare.ts'

export interface Candidates {
  /** Schedules of those who see patients. */
  readonly mains: readonly Candidate[]
  /** One of these must be free too, where the main schedule has no place of its own. */
  readonly rooms: readonly Candidate[]
  /** And one of these. */
  readonly devices: readonly Candidate[]
}

export async function chooseCandidates(
  tx: Transaction,
  calendar: ClinicCalendar,
  wish: FindWish,
  timeZone: string,
): Promise<Candidates> {
  const all = [...calendar.candidates.values()]
  const mains = all.filter(({ of }) => !isResource(of) && fitsWish(of, wish))
  const aids = all.filter(({ of }) => isResource(of))
  const owned = new Set(aids.flatMap(({ roster }) => roster.actors))
  const bare = await loadBare(
    tx,
    calendar,
    [...wish.locations, ...wish.devices].filter((reference) => !owned.has(reference)),
    timeZone,
  )
  const those = (wanted: readonly string[]) =>
    wanted.flatMap((reference) =>
      [...aids, ...bare].filter(({ roster }) => roster.actors.includes(reference)),
    )
  // A room or machine with a calendar of its own may be what is wanted by itself.
  const alone = mains.length === 0 && wish.practitioners.length === 0
  return {
    mains: alone ? aids.filter(({ of }) => fitsWish(of, wish)) : mains,
    rooms: alone ? [] : those(wish.locations),
    devices: those(wish.devices),
  }
}
