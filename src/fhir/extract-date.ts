import { type Run, refuseElement } from './extract-path.ts'
import { type DateRange, dateRange } from './partial-date.ts'

type Node = Readonly<Record<string, unknown>>

export function visitDate(value: unknown, run: Run): void {
  const { start, end } = readDate(value, run)
  run.values.push({ kind: 'date', start, end })
}

export function visitPeriod(value: unknown, run: Run): void {
  const range = readPeriod(value as Node, run)
  if (range !== undefined) run.values.push({ kind: 'date', start: range.start, end: range.end })
}

/** "Only the outer limits matter": from the first event or bound to the last. */
export function visitTiming(value: unknown, run: Run): void {
  const { event, repeat } = value as { event?: unknown; repeat?: { boundsPeriod?: Node } }
  let start = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  const include = (range: DateRange): void => {
    start = Math.min(start, range.start)
    end = Math.max(end, range.end)
  }
  if (Array.isArray(event)) for (const one of event) if (one !== null) include(readDate(one, run))
  const bounds = repeat?.boundsPeriod && readPeriod(repeat.boundsPeriod, run)
  if (bounds !== undefined) include(bounds)
  if (start < end) run.values.push({ kind: 'date', start, end })
}

function readDate(value: unknown, run: Run): DateRange {
  const range = typeof value === 'string' ? dateRange(value, run.timeZone) : undefined
  return range ?? refuseElement(run, 'A date here is none that exists')
}

/** An open side is infinite: https://hl7.org/fhir/R4/search.html#date. */
function readPeriod(period: Node, run: Run): DateRange | undefined {
  const { start: from, end: to } = period as { start?: unknown; end?: unknown }
  if (from === undefined && to === undefined) return undefined
  const start = from === undefined ? Number.NEGATIVE_INFINITY : readDate(from, run).start
  const end = to === undefined ? Number.POSITIVE_INFINITY : readDate(to, run).end
  return start < end ? { start, end } : refuseElement(run, 'A period here ends before it starts')
}
