import type { Interval } from './interval.ts'

/** A stretch of time in which a zone's wall clock runs evenly: wall clock = instant + offset. */
export interface OffsetSpan extends Interval {
  readonly offset: number
}

const day = 86_400_000
/** A year of a zone that changes every month, which none does. */
const mostSpans = 2_000

/** The spans that hold `range` and a week on both sides, so that whoever cuts it otherwise sees the same days. */
export function offsetSpans(timeZone: string, range: Interval): readonly OffsetSpan[] {
  const first = range.start - 7 * day
  const last = range.end + 7 * day
  const spans: OffsetSpan[] = []
  let at = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(timeZone)
  while (at.epochMilliseconds < last && spans.length < mostSpans) {
    const next = at.getTimeZoneTransition('next')
    const end = next === null ? last : Math.min(next.epochMilliseconds, last)
    // Zones may change their name or rules without moving their clock: then the clock runs on evenly.
    const offset = at.offsetNanoseconds / 1e6
    const before = spans.at(-1)
    if (before?.offset === offset) spans[spans.length - 1] = { ...before, end }
    else spans.push({ start: at.epochMilliseconds, end, offset })
    if (next === null) break
    at = next
  }
  return spans
}

/** The instants at which the wall clock shows a time from `start` up to `end`, both as if it ran in UTC. */
export function instantsOf(spans: readonly OffsetSpan[], start: number, end: number): readonly Interval[] {
  const found: { start: number; end: number }[] = []
  for (const span of spans) {
    const from = Math.max(start - span.offset, span.start)
    const to = Math.min(end - span.offset, span.end)
    if (from >= to) continue
    const last = found.at(-1)
    if (last?.end === from) last.end = to
    else found.push({ start: from, end: to })
  }
  return found
}

export function wallClockAt(spans: readonly OffsetSpan[], instant: number): number {
  const span = spans.find(({ start, end }) => start <= instant && instant < end)
  if (span === undefined) throw new RangeError('An instant outside of the spans')
  return instant + span.offset
}
