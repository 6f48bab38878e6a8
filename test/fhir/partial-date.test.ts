import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateRange, isDate, isDateTime, isInstant, isTime } from '#fhir/partial-date.ts'

const range = (text: string, timeZone = 'UTC'): string | undefined => {
  const found = dateRange(text, timeZone)
  return found && `${new Date(found.start).toISOString()} ${new Date(found.end).toISOString()}`
}

describe('the time a date stands for', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000Z 2027-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z 2027-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z 2024-03-01T00:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z 0001-01-02T00:00:00.000Z'],
    ['9999', '9999-01-01T00:00:00.000Z +010000-01-01T00:00:00.000Z'],
    ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z 2026-03-01T09:31:00.000Z'],
    ['2026-03-01T09:30:15+02:00', '2026-03-01T07:30:15.000Z 2026-03-01T07:30:16.000Z'],
    ['2026-03-01T09:30:15.5-11:30', '2026-03-01T21:00:15.500Z 2026-03-01T21:00:15.600Z'],
    ['2026-03-01T09:30:15.123456789Z', '2026-03-01T09:30:15.123Z 2026-03-01T09:30:15.124Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z 2017-01-01T00:00:01.000Z'],
  ])('%s is %s', (text, expected) => expect(range(text)).toBe(expected))

  test('a birth date is a day in the clinic, not in Greenwich', () => {
    expect(range('2026-07-01', 'Europe/Berlin')).toBe('2026-06-30T22:00:00.000Z 2026-07-01T22:00:00.000Z')
    expect(range('2026-07-01T08:00', 'Europe/Berlin')).toBe(
      '2026-07-01T06:00:00.000Z 2026-07-01T06:01:00.000Z',
    )
    expect(range('2026-07-01T08:00:00Z', 'Europe/Berlin')).toBe(
      '2026-07-01T08:00:00.000Z 2026-07-01T08:00:01.000Z',
    )
  })

  test('the days on which clocks change have 23 and 25 hours', () => {
    const hours = (text: string, timeZone: string): number => {
      const { start, end } = dateRange(text, timeZone) ?? { start: 0, end: 0 }
      return (end - start) / 3_600_000
    }
    expect(hours('2026-03-29', 'Europe/Berlin')).toBe(23)
    expect(hours('2026-10-25', 'Europe/Berlin')).toBe(25)
    // Here the clocks go forward at midnight: the day begins at one.
    expect(range('2026-04-24', 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z 2026-04-24T21:00:00.000Z')
  })

  test('every day of every zone ends where the next begins', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zone, date, (timeZone, when) => {
        const name = (time: number): string => new Date(time).toISOString().slice(0, 10)
        const today = dateRange(name(when.getTime()), timeZone)
        const tomorrow = dateRange(name(when.getTime() + 86_400_000), timeZone)
        expect(today?.end).toBe(tomorrow?.start)
        const expected = Temporal.PlainDate.from(name(when.getTime())).toZonedDateTime(
          timeZone,
        ).epochMilliseconds
        expect(today?.start).toBe(expected)
      }),
    )
  })

  test('instants agree with Temporal at every offset and precision', () => {
    const when = fc.integer({ min: Date.UTC(1, 0, 1) - 1899 * 31_556_952_000, max: Date.UTC(9998, 0, 1) })
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
    fc.assert(
      fc.property(when, offset, fc.integer({ min: 0, max: 3 }), (time, minutes, fractionalSecondDigits) => {
        const sign = minutes < 0 ? '-' : '+'
        const size = Math.abs(minutes)
        const zone = `${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
        const instant = Temporal.Instant.fromEpochMilliseconds(time)
        const text = instant.toString({ timeZone: zone, fractionalSecondDigits: fractionalSecondDigits as 0 })
        if (!/^\d{4}-/.test(text)) return
        const unit = 10 ** (3 - fractionalSecondDigits)
        const start = Math.floor(time / unit) * unit
        expect(dateRange(text, 'Asia/Tokyo')).toEqual({ start, end: start + unit })
        expect(isInstant(text)).toBe(true)
      }),
    )
  })

  test('every calendar day is a day, and no other', () => {
    const part = fc.integer({ min: 0, max: 40 }).map((value) => String(value).padStart(2, '0'))
    const year = fc.integer({ min: 1, max: 9999 }).map((value) => String(value).padStart(4, '0'))
    fc.assert(
      fc.property(year, part, part, (y, m, d) => {
        const text = `${y}-${m}-${d}`
        let known: number | undefined
        try {
          known = Temporal.PlainDate.from(text).toZonedDateTime('UTC').epochMilliseconds
        } catch {
          known = undefined
        }
        expect(dateRange(text, 'UTC')?.start).toBe(known)
      }),
    )
  })
})

describe('what is no date', () => {
  test.each([
    '',
    '202',
    '0000',
    '2026-',
    '2026-1',
    '2026-00',
    '2026-13',
    '2026-02-30',
    '2025-02-29',
    '1900-02-29',
    '2026-2-1',
    '20260201',
    '2026-02-01T',
    '2026-02-01T10',
    '2026-02-01T24:00:00Z',
    '2026-02-01T10:60:00Z',
    '2026-02-01T10:00:61Z',
    '2026-02-01T10:00:00.Z',
    '2026-02-01T10:00:00z',
    '2026-02-01t10:00:00Z',
    '2026-02-01T10:00:00+15:00',
    '2026-02-01T10:00:00+14:30',
    '2026-02-01T10:00:00+0200',
    '2026-02-01T10:00:00Z ',
    ' 2026',
    '2026-02-01 10:00:00Z',
    '+2026-02-01',
    '-2026',
    '２０２６',
    `2026-02-01T10:00:00.${'1'.repeat(100)}Z`,
  ])('%j', (text) => expect(dateRange(text, 'UTC')).toBeUndefined())

  test('dates, dateTimes, instants and times each have their form', () => {
    const forms = (text: string): string =>
      [
        isDate(text) && 'date',
        isDateTime(text) && 'dateTime',
        isInstant(text) && 'instant',
        isTime(text) && 'time',
      ]
        .filter(Boolean)
        .join(' ')
    expect(forms('2026')).toBe('date dateTime')
    expect(forms('2026-02-01')).toBe('date dateTime')
    expect(forms('2026-02-01T10:00:00Z')).toBe('dateTime instant')
    expect(forms('2026-02-01T10:00Z')).toBe('')
    expect(forms('2026-02-01T10:00:00')).toBe('')
    expect(forms('10:00:00')).toBe('time')
    expect(forms('10:00:60.25')).toBe('time')
    expect(forms('24:00:00')).toBe('')
  })
})
