import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { fitsWish, isResource } from '../find/fits-wish.ts'
import type { Entry } from './entries.ts'
import { wishesOf } from './wishes-of.ts'

/** One of the list, with the calendars that could serve them. */
export interface InLine {
  readonly entry: Entry
  readonly schedules: ReadonlySet<Candidate>
  readonly start: number
  readonly end: number
}

export function lineUp(
  entries: readonly Entry[],
  { candidates }: ClinicCalendar,
  timeZone: string,
  now: number,
): readonly InLine[] {
  const mains = [...candidates.values()].filter(({ of }) => !isResource(of))
  return entries.map((entry) => {
    const { periods, ...wishes } = wishesOf(entry.appointment, timeZone)
    const wish = { ...wishes, range: { start: now, end: now } }
    return {
      entry,
      schedules: new Set(mains.filter(({ of }) => fitsWish(of, wish))),
      start: Math.max(now, periods.length === 0 ? now : Math.min(...periods.map(({ start }) => start))),
      end: Math.max(...periods.map(({ end }) => end), periods.length === 0 ? Number.POSITIVE_INFINITY : now),
    }
  })
}

/** Those before this one whom the same time could be offered. */
export function aheadOf(line: readonly InLine[], at: number): readonly InLine[] {
  const own = line[at]
  return own === undefined ? [] : line.slice(0, at).filter((other) => compete(own, other))
}

export function compete(one: InLine, other: InLine): boolean {
  return one.start < other.end && other.start < one.end && !one.schedules.isDisjointFrom(other.schedules)
}
