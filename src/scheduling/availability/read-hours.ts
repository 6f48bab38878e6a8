import type { WeeklyHours } from './weekly-hours.ts'

const dayNumbers: Readonly<Record<string, number>> = {
  mon: 1,
  tue: 2,
  wed: 3,
  thu: 4,
  fri: 5,
  sat: 6,
  sun: 7,
}
const wholeWeek: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7])
const day = 86_400_000
const minute = 60_000

/** `availableTime` of roles and services, `hoursOfOperation` of locations. Undefined when nothing is said. */
export function readHours(list: unknown): readonly WeeklyHours[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined
  return list.flatMap((one) => readEntry(one))
}

function readEntry(entry: Readonly<Record<string, unknown>>): readonly WeeklyHours[] {
  const named = Array.isArray(entry.daysOfWeek) ? entry.daysOfWeek : []
  const days = named.length === 0 ? wholeWeek : new Set(named.flatMap((code) => dayNumbers[code] ?? []))
  if (entry.allDay === true) return [{ days, start: 0, end: day }]
  const start = readTime(entry.availableStartTime ?? entry.openingTime) ?? 0
  const end = readTime(entry.availableEndTime ?? entry.closingTime) ?? day
  return [{ days, start, end: endOfHours(start, end) }]
}

/** FHIR has no 24:00, so people write 23:59 or 00:00 for it; hours that end before they begin go on past midnight. */
function endOfHours(start: number, end: number): number {
  if (end >= day - minute && end < day) return day
  return end <= start ? end + day : end
}

function readTime(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d\d):(\d\d)(?::(\d\d))?/.exec(text) : null
  if (match === null) return undefined
  const [, hours, minutes, seconds = '0'] = match
  return Number(hours) * 60 * minute + Number(minutes) * minute + Number(seconds) * 1000
}
