/** Half-open, milliseconds since the epoch; open sides are infinite. */
export interface Interval {
  readonly start: number
  readonly end: number
}

export const always: Interval = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

/** Sorted, none touching another. Every other function here takes and gives such lists. */
export function merge(intervals: readonly Interval[]): readonly Interval[] {
  const merged: { start: number; end: number }[] = []
  const sorted = intervals.filter(({ start, end }) => start < end).toSorted((a, b) => a.start - b.start)
  for (const { start, end } of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}

export function intersect(a: readonly Interval[], b: readonly Interval[]): readonly Interval[] {
  const common: Interval[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const one = a[i] as Interval
    const other = b[j] as Interval
    const start = Math.max(one.start, other.start)
    const end = Math.min(one.end, other.end)
    if (start < end) common.push({ start, end })
    if (one.end < other.end) i++
    else j++
  }
  return common
}

export function subtract(from: readonly Interval[], taken: readonly Interval[]): readonly Interval[] {
  return intersect(from, complement(taken))
}

export function complement(intervals: readonly Interval[]): readonly Interval[] {
  const gaps: Interval[] = []
  let { start } = always
  for (const one of intervals) {
    if (start < one.start) gaps.push({ start, end: one.start })
    start = one.end
  }
  if (start < always.end) gaps.push({ start, end: always.end })
  return gaps
}

/** Whether one of them holds all of it. */
export function covers(intervals: readonly Interval[], { start, end }: Interval): boolean {
  const at = firstEndingAfter(intervals, start)
  const found = intervals[at]
  return found !== undefined && found.start <= start && end <= found.end
}

export function overlaps(intervals: readonly Interval[], { start, end }: Interval): boolean {
  const found = intervals[firstEndingAfter(intervals, start)]
  return found !== undefined && found.start < end
}

function firstEndingAfter(intervals: readonly Interval[], instant: number): number {
  let low = 0
  let high = intervals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((intervals[middle] as Interval).end <= instant) low = middle + 1
    else high = middle
  }
  return low
}
