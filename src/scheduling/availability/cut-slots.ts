import { covers, type Interval } from './interval.ts'
import { openTimes } from './open-times.ts'
import type { Cutting, Roster } from './roster.ts'
import type { Session } from './weekly-hours.ts'
import { type OffsetSpan, wallClockAt } from './zone-offsets.ts'

/** The slots of a roster that begin in a range, in their order. */
export function cutSlots(roster: Roster, range: Interval): readonly Interval[] {
  const { cutting, active } = roster
  if (cutting === undefined || !active || range.start >= range.end) return []
  const { sessions, open, spans } = openTimes(roster, range)
  const slots: Interval[] = []
  let free = Number.NEGATIVE_INFINITY
  for (const session of sessions.toSorted((a, b) => a.start - b.start))
    for (const slot of cutSession(session, cutting, spans)) {
      // An extra session may lie over a regular one: the earlier slot stays.
      if (slot.start - cutting.before < free) continue
      const room = { start: slot.start - cutting.before, end: slot.end + cutting.after }
      if (!covers(open, room)) continue
      free = room.end
      if (range.start <= slot.start && slot.start < range.end) slots.push(slot)
    }
  return slots
}

/** Lengths are elapsed time: an hour's slot is an hour long when the clocks change, too. */
function* cutSession(session: Session, cutting: Cutting, spans: readonly OffsetSpan[]): Iterable<Interval> {
  const { length, before, after, alignment } = cutting
  for (let free = session.anchor; ; ) {
    const start = align(free + before, alignment, spans)
    const end = start + length
    if (end + after > session.end) return
    yield { start, end }
    free = end + after
  }
}

function align(instant: number, alignment: number | undefined, spans: readonly OffsetSpan[]): number {
  if (alignment === undefined) return instant
  const late = wallClockAt(spans, instant) % alignment
  return late === 0 ? instant : instant + alignment - late
}
