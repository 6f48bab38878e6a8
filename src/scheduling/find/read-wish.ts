import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import { readDuration } from '../availability/duration.ts'
import type { Interval } from '../availability/interval.ts'
import type { FindWish } from './find-wish.ts'
import { readTiming } from './read-timing.ts'

export type Parameters = ReadonlyMap<string, readonly unknown[]>

const day = 86_400_000
/** Half a year: nobody compares more, and each day costs. */
const mostDays = 184
const longestVisit = 7 * 24 * 60
const mostPatients = 50

/** The parameters of $find that need no database; references are resolved by resolve-references.ts. */
export function readWish(
  parameters: Parameters,
  timeZone: string,
): Pick<FindWish, 'range' | 'visitTypes' | 'specialties' | 'placeWords' | 'length' | 'times' | 'rotate'> {
  const timing = readTiming(parameters.get('timing')?.[0], timeZone)
  const asked = readRange(parameters, timeZone)
  const range = {
    start: Math.max(asked.start, timing.bounds.start),
    end: Math.min(asked.end, timing.bounds.end),
  }
  const minutes = parameters.get('duration')?.[0] as number | undefined
  if (minutes !== undefined && (minutes < 1 || minutes > longestVisit))
    throw new Refusal('value', `"duration" is a number of minutes from 1 to ${longestVisit}.`, {
      expression: 'duration',
    })
  const length = minutes === undefined ? timing.length : minutes * 60_000
  if ((parameters.get('patient-reference')?.length ?? 0) > mostPatients)
    throw new Refusal('too-costly', `At most ${mostPatients} patients can be given one appointment.`, {
      expression: 'patient-reference',
    })
  // Nothing depends on it, but whoever asks for it wrongly should hear so here too.
  readTokens(parameters, 'reason')
  return {
    range,
    visitTypes: readTokens(parameters, 'visit-type'),
    specialties: readTokens(parameters, 'specialty'),
    placeWords: (parameters.get('location-string') ?? []).map(String),
    ...(length !== undefined && { length }),
    times: timing.times,
    rotate: parameters.get('rotate')?.[0] === true,
  }
}

function readRange(parameters: Parameters, timeZone: string): Interval {
  const start = readTime(parameters, 'start', timeZone)
  const last = readTime(parameters, 'end', timeZone)
  const end = last.isDay ? last.end : last.start
  if (end <= start.start)
    throw new Refusal('value', 'The range ends before it begins: "end" must lie after "start".', {
      expression: ['start', 'end'],
    })
  if (end - start.start > mostDays * day)
    throw new Refusal('too-costly', `The range is longer than ${mostDays} days: ask for less at once.`, {
      expression: 'end',
    })
  return { start: start.start, end }
}

function readTime(parameters: Parameters, name: string, timeZone: string) {
  const text = String(parameters.get(name)?.[0])
  const range = dateRange(text, timeZone)
  if (range !== undefined) return { ...range, isDay: !text.includes('T') }
  const hint = text.includes(' ') ? ' A "+" in a URL is written %2B.' : ''
  throw new Refusal('value', `"${name}" must be a date, or a dateTime with its offset.${hint}`, {
    expression: name,
  })
}

/** SCHED-043: a code alone could be anybody's. */
function readTokens(parameters: Parameters, name: string): readonly string[] {
  return (parameters.get(name) ?? []).map((value) => {
    const [system, code, ...more] = String(value).split('|')
    if (system && code && more.length === 0) return `${system}|${code}`
    throw new Refusal('value', `"${name}" needs a system and a code: http://example.org/system|code.`, {
      expression: name,
    })
  })
}

/** The day that a follow-up is best on. */
export function readInterval(parameters: Parameters): number | undefined {
  const value = parameters.get('interval')?.[0]
  if (value === undefined) return undefined
  const length = readDuration(value)
  if (length !== undefined) return length
  throw new Refusal('value', '"interval" is a number of minutes, hours, days or weeks of UCUM.', {
    expression: 'interval',
  })
}
