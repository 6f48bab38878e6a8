import { afterAll, describe, expect, test } from 'vitest'
import { cutSlots } from '#scheduling/availability/cut-slots.ts'
import { always } from '#scheduling/availability/interval.ts'
import type { Roster } from '#scheduling/availability/roster.ts'
import { type DailyHours, slotsByTheClock } from './wall-clock-oracle.ts'

/**
 * Every change of the clocks in every zone of the IANA database, over twenty years, against a walk minute by minute.
 * EVERY_ZONE=long walks all hours at all of them; otherwise each change is walked with one kind of hours, in turn.
 */
const long = process.env.EVERY_ZONE === 'long'
const hour = 3_600_000
const first = Date.UTC(2008, 0, 1)
const last = Date.UTC(2028, 0, 1)
const wholeWeek = [0, 1, 2, 3, 4, 5, 6]

const kinds: readonly (DailyHours & { readonly length: number })[] = [
  { start: 0, end: 1440, days: wholeWeek, length: 60 },
  { start: 90, end: 315, days: wholeWeek, length: 20 },
  { start: 1320, end: 1440 + 360, days: wholeWeek, length: 45 },
  { start: 0, end: 1440, days: [0, 1], length: 25 },
]

const ownZone = process.env.TZ
afterAll(() => {
  if (ownZone === undefined) delete process.env.TZ
  else process.env.TZ = ownZone
})

function roster(timeZone: string, { start, end, days, length }: (typeof kinds)[number]): Roster {
  const hours = {
    start: start * 60_000,
    end: end * 60_000,
    days: new Set(days.map((day) => (day === 0 ? 7 : day))),
  }
  const member = { source: 'PractitionerRole/1/_history/1', hours: [hours], within: always, absences: [] }
  return {
    schedule: 'Schedule/1',
    source: 'Schedule/1/_history/1',
    active: true,
    timeZone,
    actors: ['Practitioner/1'],
    horizon: always,
    cutting: { length: length * 60_000, before: 0, after: 0 },
    notice: {},
    extra: [],
    layers: [{ of: 'practitioner', members: [member] }],
    sources: [],
    problems: [],
  }
}

function changesOf(timeZone: string): number[] {
  const changes: number[] = []
  let at = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(timeZone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds > last) return changes
    changes.push(next.epochMilliseconds)
    at = next
  }
}

const zones = Intl.supportedValuesOf('timeZone')

describe('when the clocks change', () => {
  test('no zone loses, doubles or shifts a slot in twenty years', () => {
    let turn = 0
    let changes = 0
    const wrong: string[] = []
    for (const zone of zones) {
      process.env.TZ = zone
      for (const change of changesOf(zone)) {
        changes++
        const range = { start: change - 14 * hour, end: change + 14 * hour }
        for (const kind of long ? kinds : [kinds[turn++ % kinds.length] as (typeof kinds)[number]]) {
          const found = cutSlots(roster(zone, kind), range).map(({ start }) => start)
          const wanted = slotsByTheClock(kind, kind.length, range.start, range.end)
          if (found.join() !== wanted.join())
            wrong.push(`${zone} ${new Date(change).toISOString()} ${kind.start}-${kind.end}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(zones.length).toBeGreaterThan(400)
    expect(changes).toBeGreaterThan(3_000)
  }, 600_000)
})
