import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { loadAllBusy } from '../external/load-all-busy.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { allowed, combine, type FindParts } from '../find/find-times.ts'
import { noWishes } from '../find/find-wish.ts'
import type { FoundTime } from '../find/found-time.ts'
import type { WeekSlot } from './load-week.ts'
import type { PublishedSchedule } from './published-directory.ts'

const day = 86_400_000
/** As many as the clinic's conditions are asked about at once: find-times.ts. */
const mostJudged = 2_000

/** Which of these slots `$find` would offer to somebody of whom nothing is known; by `schedule begin end`. */
export async function findFreeSlots(
  parts: FindParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  schedules: readonly PublishedSchedule[],
  slots: readonly WeekSlot[],
  range: Interval,
): Promise<ReadonlySet<string>> {
  const mains = schedules.map(({ candidate }) => candidate)
  const actors = mains.flatMap((one) => one.actors.map(({ reference }) => reference))
  const around = { start: range.start - day, end: range.end + day }
  const busy = await loadAllBusy(tx, calendar, [...new Set(actors)], around)
  const free = slots.filter(({ status }) => status === 'free')
  const times = Map.groupBy(free, ({ schedule }) => schedule)
  const wish = { ...noWishes, range }
  const found = combine({ mains, rooms: [], devices: [] }, wish, {
    slots: new Map([...times].map(([schedule, own]) => [schedule, { free: own, taken: 0 }])),
    busy,
    now: parts.clock().getTime(),
  })
  const bookable: FoundTime[] = []
  for (let at = 0; at < found.length; at += mostJudged)
    bookable.push(...(await allowed(parts, tx, calendar, wish, found.slice(at, at + mostJudged))))
  return new Set(bookable.map(({ main, start, end }) => keyOf(main.roster.schedule, start, end)))
}

export function keyOf(schedule: string, start: number, end: number): string {
  return `${schedule} ${start} ${end}`
}
