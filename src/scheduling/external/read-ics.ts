import ICAL from 'ical.js'
import type { Interval } from '../availability/interval.ts'
import { type BusyQuestion, SourceFault } from './busy-source.ts'
import { instantOf, zoneOf } from './ics-time.ts'

export type IcsFrame = Omit<BusyQuestion, 'address' | 'clinic'>

/** Instances of all its events together, looked at until the range is over. */
const mostInstances = 50_000
const mostBusy = 20_000

/** When a calendar says that somebody is busy, joined: https://www.rfc-editor.org/rfc/rfc5545 */
export function readIcs(text: string, frame: IcsFrame): readonly Interval[] {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown as string)
  const zones = new Set(
    calendar.getAllSubcomponents('vtimezone').map((one) => String(one.getFirstPropertyValue('tzid'))),
  )
  const reading: Reading = { ...frame, zones, budget: { instances: mostInstances }, busy: [] }
  const events = calendar.getAllSubcomponents('vevent')
  const exceptions = Map.groupBy(
    events.filter((one) => one.hasProperty('recurrence-id')),
    (one) => String(one.getFirstPropertyValue('uid')),
  )
  const series = new Set(
    events
      .filter((one) => !one.hasProperty('recurrence-id'))
      .map((one) => String(one.getFirstPropertyValue('uid'))),
  )
  for (const event of events) {
    const uid = String(event.getFirstPropertyValue('uid'))
    if (uid.endsWith(frame.ownSuffix)) continue
    const own = { ...reading, timeZone: zoneOf(event, frame.timeZone) }
    if (!event.hasProperty('recurrence-id')) readEvent(event, exceptions.get(uid) ?? [], own)
    // Of a series that is not in the file.
    else if (!series.has(uid)) readOne(new ICAL.Event(event), event, own)
  }
  for (const one of calendar.getAllSubcomponents('vfreebusy')) readFreeBusy(one, reading)
  return join(reading.busy)
}

interface Reading extends IcsFrame {
  readonly zones: ReadonlySet<string>
  readonly budget: { instances: number }
  readonly busy: Interval[]
}

function spend({ budget }: Reading): void {
  if (--budget.instances < 0) throw new SourceFault('The calendar repeats too much.')
}

function readEvent(component: ICAL.Component, exceptions: ICAL.Component[], reading: Reading): void {
  const event = new ICAL.Event(component, { exceptions, strictExceptions: false })
  if (!event.isRecurring()) {
    readOne(event, component, reading)
    return
  }
  const instances = event.iterator()
  for (let next = instances.next(); next; next = instances.next()) {
    spend(reading)
    const { startDate, endDate, item } = event.getOccurrenceDetails(next)
    const start = instantOf(startDate, reading)
    if (start >= reading.range.end) break
    keep({ start, end: instantOf(endDate, reading) }, item.component, reading)
  }
}

function readOne({ startDate, endDate }: ICAL.Event, component: ICAL.Component, reading: Reading): void {
  spend(reading)
  if (!startDate) return
  keep({ start: instantOf(startDate, reading), end: instantOf(endDate, reading) }, component, reading)
}

/** Busy as far as it is in the range, unless it says that it takes no time. */
function keep({ start, end }: Interval, component: ICAL.Component, { range, busy }: Reading): void {
  const value = (name: string) => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  if (value('status') === 'CANCELLED' || value('transp') === 'TRANSPARENT') return
  if (value('x-microsoft-cdo-busystatus') === 'FREE') return
  if (!(start < end) || end <= range.start || start >= range.end) return
  if (busy.length >= mostBusy) throw new SourceFault('The calendar has too many entries.')
  busy.push({ start: Math.max(start, range.start), end: Math.min(end, range.end) })
}

function readFreeBusy(component: ICAL.Component, reading: Reading): void {
  for (const property of component.getAllProperties('freebusy')) {
    if (String(property.getParameter('fbtype') ?? 'BUSY').toUpperCase() === 'FREE') continue
    for (const period of property.getValues() as ICAL.Period[]) {
      spend(reading)
      const start = instantOf(period.start, reading)
      keep({ start, end: instantOf(period.getEnd(), reading) }, component, reading)
    }
  }
}

function join(busy: readonly Interval[]): readonly Interval[] {
  const joined: Interval[] = []
  for (const one of busy.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last !== undefined && one.start <= last.end)
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, one.end) }
    else joined.push(one)
  }
  return joined
}
