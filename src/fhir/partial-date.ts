/** Half-open, milliseconds since the epoch. */
export interface DateRange {
  readonly start: number
  readonly end: number
}

/** What is written, on the wall clock of its own offset. */
interface PartialDate {
  readonly start: number
  readonly end: number
  readonly precision: 'year' | 'month' | 'day' | 'minute' | 'second'
  /** Minutes east of UTC; absent when none is written. */
  readonly offset?: number
}

/**
 * The time that a date, dateTime or instant stands for: a month is all its days. Values without an offset are on
 * the wall clock of `timeZone`. Undefined for what is no date: 2026-02-30, 24:00, the year 0.
 */
export function dateRange(text: string, timeZone: string): DateRange | undefined {
  const date = parsePartialDate(text)
  if (date === undefined) return undefined
  const { start, end, offset, precision } = date
  if (offset !== undefined) return { start: start - offset * minute, end: end - offset * minute }
  if (timeZone === 'UTC') return { start, end }
  if (precision === 'minute' || precision === 'second') {
    const instant = wallClockInstant(start, timeZone)
    return { start: instant, end: instant + (end - start) }
  }
  return { start: startOfDay(start, timeZone), end: startOfDay(end, timeZone) }
}

export function isDate(text: string): boolean {
  return text.length <= 10 && parsePartialDate(text) !== undefined
}

/** https://hl7.org/fhir/R4/datatypes.html#dateTime: seconds and an offset must be there when hours are. */
export function isDateTime(text: string): boolean {
  return text.length <= 10 ? parsePartialDate(text) !== undefined : isInstant(text)
}

export function isInstant(text: string): boolean {
  const date = parsePartialDate(text)
  return date !== undefined && date.precision === 'second' && date.offset !== undefined
}

const timeText = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/

export function isTime(text: string): boolean {
  return timeText.test(text)
}

const minute = 60_000
const day = 86_400_000
/** Nanoseconds are finer than any clock a clinic has; longer fractions only cost. */
const longestText = 40

function parsePartialDate(text: string): PartialDate | undefined {
  const { length } = text
  if (length < 4 || length > longestText) return undefined
  const year = number(text, 0, 4)
  if (!(year >= 1)) return undefined
  if (length === 4)
    return { start: daysUntil(year, 1) * day, end: daysUntil(year + 1, 1) * day, precision: 'year' }
  const month = number(text, 5, 2)
  if (text[4] !== '-' || !(month >= 1 && month <= 12)) return undefined
  const first = daysUntil(year, month)
  const next = month === 12 ? daysUntil(year + 1, 1) : daysUntil(year, month + 1)
  if (length === 7) return { start: first * day, end: next * day, precision: 'month' }
  const dayOfMonth = number(text, 8, 2)
  if (text[7] !== '-' || !(dayOfMonth >= 1 && dayOfMonth <= next - first)) return undefined
  const midnight = (first + dayOfMonth - 1) * day
  if (length === 10) return { start: midnight, end: midnight + day, precision: 'day' }
  return text[10] === 'T' ? parseTime(text, midnight) : undefined
}

function parseTime(text: string, midnight: number): PartialDate | undefined {
  const hours = number(text, 11, 2)
  const minutes = number(text, 14, 2)
  if (!(hours <= 23 && minutes <= 59) || text[13] !== ':') return undefined
  const start = midnight + hours * 60 * minute + minutes * minute
  if (text[16] !== ':') return withOffset(text, 16, { start, end: start + minute, precision: 'minute' })
  const seconds = number(text, 17, 2)
  // The specification allows a leap second; it is the first second of the next minute then.
  if (!(seconds <= 60)) return undefined
  const second = start + seconds * 1000
  if (text[19] !== '.')
    return withOffset(text, 19, { start: second, end: second + 1000, precision: 'second' })
  let at = 20
  let unit = 1000
  let fraction = 0
  for (; isDigit(text.charCodeAt(at)); at++) {
    if (unit === 1) continue
    unit /= 10
    fraction += unit * (text.charCodeAt(at) - 48)
  }
  if (at === 20) return undefined
  return withOffset(text, at, {
    start: second + fraction,
    end: second + fraction + unit,
    precision: 'second',
  })
}

function withOffset(text: string, at: number, date: PartialDate): PartialDate | undefined {
  const { start, end, precision } = date
  const sign = text[at]
  if (sign === undefined) return date
  if (sign === 'Z') return text.length === at + 1 ? { start, end, precision, offset: 0 } : undefined
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6 || text[at + 3] !== ':') return undefined
  const offset = number(text, at + 1, 2) * 60 + number(text, at + 4, 2)
  if (!(offset <= 14 * 60 && number(text, at + 4, 2) <= 59)) return undefined
  return { start, end, precision, offset: sign === '-' ? -offset : offset }
}

/** NaN when there are not that many digits, which makes every comparison false. */
function number(text: string, from: number, digits: number): number {
  let value = 0
  for (let at = from; at < from + digits; at++) {
    const c = text.charCodeAt(at)
    if (!isDigit(c)) return Number.NaN
    value = value * 10 + c - 48
  }
  return value
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57
}

const daysBeforeMonth = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

/** Days from 1970-01-01 to the first of a month. Date.UTC would take the year 50 for 1950. */
function daysUntil(year: number, month: number): number {
  const leap = month > 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0
  const past = year - 1
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400)
  return past * 365 + leapDays - 719_162 + (daysBeforeMonth[month] ?? 0) + leap
}

/** Time zone arithmetic takes microseconds, and a clinic meets the same days again and again. */
const dayStarts = new Map<string, Map<number, number>>()
const rememberedDays = 50_000

function startOfDay(midnight: number, timeZone: string): number {
  const days = dayStarts.get(timeZone) ?? new Map<number, number>()
  let start = days.get(midnight)
  if (start === undefined) {
    start = wallClock(midnight).toPlainDate().toZonedDateTime(timeZone).epochMilliseconds
    if (days.size >= rememberedDays) days.clear()
    dayStarts.set(timeZone, days.set(midnight, start))
  }
  return start
}

function wallClockInstant(wallClockTime: number, timeZone: string): number {
  return wallClock(wallClockTime).toZonedDateTime(timeZone).epochMilliseconds
}

function wallClock(milliseconds: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO('UTC').toPlainDateTime()
}
