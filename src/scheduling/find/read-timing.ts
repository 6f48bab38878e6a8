import { Refusal } from '#fhir/refusal.ts'
import { always, type Interval } from '../availability/interval.ts'
import { readPeriod } from '../availability/read-period.ts'
import type { TimeWish } from './find-wish.ts'

const hour = 3_600_000

/** https://hl7.org/fhir/R4/valueset-event-timing.html, those that are parts of a day; the hours are ours. */
const partsOfDay: Readonly<Record<string, readonly Interval[]>> = {
  MORN: [{ start: 0, end: 12 * hour }],
  'MORN.early': [{ start: 0, end: 9 * hour }],
  'MORN.late': [{ start: 9 * hour, end: 12 * hour }],
  NOON: [{ start: 11.5 * hour, end: 13.5 * hour }],
  AFT: [{ start: 12 * hour, end: 18 * hour }],
  'AFT.early': [{ start: 12 * hour, end: 15 * hour }],
  'AFT.late': [{ start: 15 * hour, end: 18 * hour }],
  EVE: [{ start: 17 * hour, end: 22 * hour }],
  'EVE.early': [{ start: 17 * hour, end: 19 * hour }],
  'EVE.late': [{ start: 19 * hour, end: 22 * hour }],
  NIGHT: [
    { start: 0, end: 6 * hour },
    { start: 22 * hour, end: 24 * hour },
  ],
}
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const units: Readonly<Record<string, number>> = { min: 60_000, h: hour, d: 24 * hour }

export interface ReadTiming {
  readonly times: TimeWish
  readonly bounds: Interval
  readonly length?: number
}

/** Of a Timing: weekdays, times and parts of the day, bounds and duration. How often is no question to $find. */
export function readTiming(timing: unknown, timeZone: string): ReadTiming {
  if (timing === undefined) return { times: {}, bounds: always }
  const { repeat = {} } = timing as { repeat?: Readonly<Record<string, unknown>> }
  const { dayOfWeek, timeOfDay, when, boundsPeriod, duration, durationUnit } = repeat
  const weekdays = listOf(dayOfWeek).map((code) => {
    const number = days.indexOf(code) + 1
    if (number === 0) throw wrong('dayOfWeek', 'mon, tue, wed, thu, fri, sat or sun')
    return number
  })
  const hours = [
    ...listOf(when).flatMap((code) => {
      const part = partsOfDay[code]
      if (part === undefined) throw wrong('when', `one of ${Object.keys(partsOfDay).join(', ')}`)
      return part
    }),
    ...listOf(timeOfDay).map((text) => {
      const match = /^([01]\d|2[0-3]):([0-5]\d)/.exec(text)
      if (match === null) throw wrong('timeOfDay', 'a time such as 14:00:00')
      const start = Number(match[1]) * hour + Number(match[2]) * 60_000
      return { start, end: start + hour }
    }),
  ]
  const bounds = boundsPeriod === undefined ? always : readPeriod(boundsPeriod, timeZone)
  if (bounds === undefined) throw wrong('boundsPeriod', 'a Period')
  const unit = units[String(durationUnit)]
  if (duration !== undefined && (unit === undefined || !(Number(duration) > 0)))
    throw wrong('duration', 'a number above 0 of min, h or d')
  return {
    times: {
      ...(weekdays.length > 0 && { days: weekdays }),
      ...(hours.length > 0 && { hours }),
    },
    bounds,
    ...(duration !== undefined && unit !== undefined && { length: Number(duration) * unit }),
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function wrong(element: string, wanted: string): Refusal {
  return new Refusal('value', `timing.repeat.${element} must be ${wanted}.`, {
    expression: `timing.repeat.${element}`,
  })
}
