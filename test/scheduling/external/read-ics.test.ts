import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkIcs } from '#scheduling/external/check-ics.ts'
import { readApart } from '#scheduling/external/ics-source.ts'
import { type IcsFrame, readIcs } from '#scheduling/external/read-ics.ts'

const at = (text: string) => Date.parse(text)
const frame: IcsFrame = {
  range: { start: at('2032-06-07T00:00Z'), end: at('2032-06-21T00:00Z') },
  timeZone: 'Europe/Berlin',
  ownSuffix: '@main.almanac',
}
const calendar = (...lines: readonly string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: readonly string[]) => [
  'BEGIN:VEVENT',
  'UID:1@x',
  'DTSTAMP:20320101T000000Z',
  ...lines,
  'END:VEVENT',
]
const busy = (...lines: readonly string[]) =>
  readIcs(calendar(...lines), frame).map(({ start, end }) =>
    [start, end].map((time) => new Date(time).toISOString().slice(5, 16)).join('/'),
  )

describe('somebody is busy', () => {
  test('in UTC, on the clock of a named zone, on the clinic’s clock, and for whole days of the clinic', () => {
    expect(busy(...event('DTSTART:20320607T090000Z', 'DTEND:20320607T100000Z'))).toEqual([
      '06-07T09:00/06-07T10:00',
    ])
    expect(busy(...event('DTSTART;TZID=America/New_York:20320607T090000', 'DURATION:PT30M'))).toEqual([
      '06-07T13:00/06-07T13:30',
    ])
    expect(busy(...event('DTSTART:20320607T090000', 'DTEND:20320607T100000'))).toEqual([
      '06-07T07:00/06-07T08:00',
    ])
    expect(busy(...event('DTSTART;VALUE=DATE:20320608'))).toEqual(['06-07T22:00/06-08T22:00'])
  })

  test('by a zone that the file itself defines', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Odd',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0330',
      'TZOFFSETTO:+0330',
      'END:STANDARD',
      'END:VTIMEZONE',
    ]
    expect(busy(...zone, ...event('DTSTART;TZID=Odd:20320607T093000', 'DURATION:PT1H'))).toEqual([
      '06-07T06:00/06-07T07:00',
    ])
  })

  test('again and again, but for exceptions, and where one was moved', () => {
    const series = event(
      'DTSTART:20320101T090000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TH',
      'EXDATE:20320610T090000Z',
    )
    const moved = event(
      'RECURRENCE-ID:20320614T090000Z',
      'DTSTART:20320614T150000Z',
      'DTEND:20320614T160000Z',
    )
    expect(busy(...series, ...moved)).toEqual([
      '06-07T09:00/06-07T10:00',
      '06-14T15:00/06-14T16:00',
      '06-17T09:00/06-17T10:00',
    ])
  })

  test('not while an entry says that it takes no time, was cancelled, or is a visit of this clinic', () => {
    const time = ['DTSTART:20320607T090000Z', 'DTEND:20320607T100000Z']
    expect(busy(...event(...time, 'TRANSP:TRANSPARENT'))).toEqual([])
    expect(busy(...event(...time, 'STATUS:CANCELLED'))).toEqual([])
    expect(busy(...event(...time, 'X-MICROSOFT-CDO-BUSYSTATUS:FREE'))).toEqual([])
    expect(busy(...event(...time).map((line) => line.replace('1@x', '0198@main.almanac')))).toEqual([])
  })

  test('by what is published as free and busy time alone', () => {
    const published = [
      'BEGIN:VFREEBUSY',
      'UID:f',
      'DTSTAMP:20320101T000000Z',
      'FREEBUSY;FBTYPE=BUSY:20320607T090000Z/20320607T100000Z,20320607T093000Z/PT1H',
      'FREEBUSY;FBTYPE=FREE:20320607T120000Z/PT1H',
      'END:VFREEBUSY',
    ]
    expect(busy(...published)).toEqual(['06-07T09:00/06-07T10:30'])
  })
})

describe('a calendar is refused that', () => {
  test.each([
    ['is none', '<html>', 'no iCalendar'],
    ['is broken off', calendar(...event('DTSTART:20320607T090000Z')).slice(0, 90), 'broken off'],
    ['nests without end', calendar(...Array(50).fill('BEGIN:VEVENT')), 'nests'],
    [
      'has too many entries',
      calendar(...Array(25_000).fill(['BEGIN:VEVENT', 'END:VEVENT']).flat()),
      'too many',
    ],
  ])('%s', (_, text, sentence) => {
    expect(() => checkIcs(text)).toThrow(sentence)
  })

  test.each([
    [
      'repeats each second',
      event('DTSTART:20000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY'),
      'repeats too much',
    ],
    [
      'is no more than noise inside',
      ['BEGIN:VEVENT', 'DTSTART:whenever', 'RRULE:FREQ=NEVER', 'END:VEVENT'],
      'cannot be read',
    ],
  ])('%s', async (_, lines, sentence) => {
    await expect(readApart(calendar(...lines), frame)).rejects.toThrow(sentence)
  })

  test('takes longer than anybody waits', async () => {
    const long = event('DTSTART:20000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY')
    await expect(readApart(calendar(...long), frame, 1)).rejects.toThrow('too long')
  })
})

test('a rule that never comes true keeps nobody busy', () => {
  expect(
    busy(...event('DTSTART:20000101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')),
  ).toEqual([])
})

test('whatever stands in a calendar, it is refused or tells busy times in order, within what was asked', () => {
  const names = ['DTSTART', 'DTEND', 'DURATION', 'EXDATE', 'RDATE', 'RECURRENCE-ID', 'TRANSP', 'STATUS']
  const values = [
    ...['20320607T090000Z', '20320610', '20320230T250000', '00000000T000000', '99991231T235959Z', '-1', ''],
    ...['PT1H', '-PT1H', 'P99999W', 'OPAQUE', 'FREE', 'x'.repeat(300), '20320607T090000Z/PT1H'],
  ]
  const rules = [
    'DAILY',
    'WEEKLY;BYDAY=MO',
    'MONTHLY;BYDAY=5MO',
    'YEARLY;BYMONTH=13',
    'HOURLY;COUNT=3',
    'DAILY;UNTIL=1',
  ]
  const line = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom('', ';VALUE=DATE', ';TZID=Europe/Berlin', ';TZID=Nowhere'),
        fc.constantFrom(...values),
      )
      .map(([name, parameter, value]) => `${name}${parameter}:${value}`),
    fc.constantFrom(...rules).map((rule) => `RRULE:FREQ=${rule}`),
    fc.string({ maxLength: 20 }).map((noise) => `X-${noise}`),
  )
  const entry = fc.array(line, { maxLength: 6 }).map((lines) => event(...lines))
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3 }), (entries) => {
      let told: readonly { start: number; end: number }[]
      try {
        told = readIcs(calendar(...entries.flat()), frame)
      } catch (fault) {
        expect(fault).toBeInstanceOf(Error)
        return
      }
      for (const [at, { start, end }] of told.entries()) {
        expect(start).toBeLessThan(end)
        expect([start >= frame.range.start, end <= frame.range.end]).toEqual([true, true])
        const last = told[at - 1]
        if (last !== undefined) expect(last.end).toBeLessThan(start)
      }
    }),
    { numRuns: 300 },
  )
})
