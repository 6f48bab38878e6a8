import type ICAL from 'ical.js'

export interface ClockFrame {
  readonly timeZone: string
  /** Those that the file defines itself. */
  readonly zones: ReadonlySet<string>
}

/** A time of a calendar as an instant: in UTC, in a zone of the file, or on the wall clock of `timeZone`. */
export function instantOf(time: ICAL.Time, { timeZone, zones }: ClockFrame): number {
  const zone = time.zone?.tzid ?? 'floating'
  if (zone === 'UTC')
    return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  if (zones.has(zone)) return time.toUnixTime() * 1000
  const { year, month, day, hour, minute, second } = time
  return Temporal.PlainDateTime.from({ year, month, day, hour, minute, second }).toZonedDateTime(timeZone)
    .epochMilliseconds
}

/** Where the file names a zone of IANA's and does not say what it is; the clinic's own otherwise. */
export function zoneOf(component: ICAL.Component, timeZone: string): string {
  const named = component.getFirstProperty('dtstart')?.getParameter('tzid')
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(named) }).resolvedOptions().timeZone
  } catch {
    return timeZone
  }
}
