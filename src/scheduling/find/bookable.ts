import { always, complement, type Interval, intersect, merge } from '../availability/interval.ts'
import type { Roster } from '../availability/roster.ts'

/**
 * Where a schedule's slots may be booked, whatever its hours: a slot that somebody made outside of them was meant. Not
 * while its people are absent, its house is closed, before the notice it asks for or beyond its horizon.
 */
export function bookableTimes(roster: Roster, now: number): readonly Interval[] {
  if (!roster.active) return []
  const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = roster.notice
  const noticed = { start: now + minimum, end: always.end }
  const present = roster.layers.map(({ members }) =>
    merge(members.flatMap(({ within, absences }) => intersect([within], complement(merge(absences))))),
  )
  const times = [[roster.horizon], [noticed], ...present].reduce(intersect, [always])
  // The window speaks of the beginning of a visit.
  return times.filter(({ start }) => start <= now + maximum)
}

/** Stretches of free slots that follow one another without a gap. */
export function visitsIn(
  free: readonly Interval[],
  length: number | undefined,
): readonly (Interval & { readonly first: number; readonly last: number })[] {
  const visits: (Interval & { first: number; last: number })[] = []
  for (const [first, slot] of free.entries()) {
    const end = length === undefined ? slot.end : slot.start + length
    let last = first
    while ((free[last] as Interval).end < end && free[last + 1]?.start === free[last]?.end) last++
    if ((free[last] as Interval).end >= end) visits.push({ start: slot.start, end, first, last })
  }
  return visits
}
