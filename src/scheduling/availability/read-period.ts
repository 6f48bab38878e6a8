import { dateRange } from '#fhir/partial-date.ts'
import { always, type Interval } from './interval.ts'

/** A FHIR Period: dates stand for whole days of the clinic, and a time as its end is when it is over. */
export function readPeriod(period: unknown, timeZone: string): Interval | undefined {
  if (period === undefined) return always
  if (typeof period !== 'object' || period === null) return undefined
  const { start, end } = period as { start?: unknown; end?: unknown }
  const from = start === undefined ? always.start : rangeOf(start, timeZone)?.start
  const last = end === undefined ? undefined : rangeOf(end, timeZone)
  const to = end === undefined ? always.end : hasTime(end) ? last?.start : last?.end
  return from === undefined || to === undefined ? undefined : { start: from, end: to }
}

function rangeOf(text: unknown, timeZone: string): Interval | undefined {
  return typeof text === 'string' ? dateRange(text, timeZone) : undefined
}

function hasTime(text: unknown): boolean {
  return typeof text === 'string' && text.includes('T')
}
