import { type Interval, merge } from './interval.ts'
import { instantsOf, type OffsetSpan, wallClockAt } from './zone-offsets.ts'

/** PractitionerRole.availableTime, HealthcareService.availableTime, Location.hoursOfOperation: all say this much. */
export interface WeeklyHours {
  /** 1 is Monday; every day when none is named. */
  readonly days: ReadonlySet<number>
  /** Milliseconds after midnight on the wall clock; more than a day when they run into the next one. */
  readonly start: number
  readonly end: number
}

export interface Session extends Interval {
  /** Slots are counted from its beginning: absences shorten a session, they do not shift its slots. */
  readonly anchor: number
}

const day = 86_400_000

/**
 * The instants whose wall clock time lies in the hours. So a gap (spring) shortens a session by the hour that no clock
 * shows, and a fold (autumn) lets an hour that is shown twice count twice.
 */
export function sessionsOf(
  hours: readonly WeeklyHours[],
  spans: readonly OffsetSpan[],
  range: Interval,
): readonly Session[] {
  const sessions: Session[] = []
  // A day more on both sides: hours may run past midnight, and slots of a day must not depend on where the range cuts it.
  const first = Math.floor(wallClockAt(spans, range.start) / day) - 2
  const last = Math.floor(wallClockAt(spans, range.end - 1) / day) + 1
  for (let date = first; date <= last; date++) {
    const ofDay = hours.filter(({ days }) => days.has(dayOfWeek(date)))
    const pieces = ofDay.flatMap(({ start, end }) => instantsOf(spans, date * day + start, date * day + end))
    // Morning and afternoon without a break are one session.
    for (const { start, end } of merge(pieces)) sessions.push({ start, end, anchor: start })
  }
  return sessions.toSorted((a, b) => a.start - b.start)
}

/** Of a day counted from 1970-01-01, which was a Thursday. */
function dayOfWeek(date: number): number {
  return ((((date + 3) % 7) + 7) % 7) + 1
}
