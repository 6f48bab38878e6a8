import { type OffsetSpan, offsetSpans, wallClockAt } from '../availability/zone-offsets.ts'
import type { TimeWish } from './find-wish.ts'

const day = 86_400_000

/** Whether a visit begins on a day and at a time that is wished for, by the clock on the wall where it takes place. */
export function fitsTimes({ days, hours }: TimeWish): (start: number, timeZone: string) => boolean {
  if (days === undefined && hours === undefined) return () => true
  const zones = new Map<string, readonly OffsetSpan[]>()
  const wall = (start: number, timeZone: string): number => {
    let spans = zones.get(timeZone)
    if (spans === undefined || start < (spans[0]?.start ?? start) || start >= (spans.at(-1)?.end ?? start)) {
      spans = offsetSpans(timeZone, { start, end: start + 92 * day })
      zones.set(timeZone, spans)
    }
    return wallClockAt(spans, start)
  }
  return (start, timeZone) => {
    const shown = wall(start, timeZone)
    const date = Math.floor(shown / day)
    if (days !== undefined && !days.includes(((((date + 3) % 7) + 7) % 7) + 1)) return false
    const time = shown - date * day
    return hours === undefined || hours.some((one) => one.start <= time && time < one.end)
  }
}
