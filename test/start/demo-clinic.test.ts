import { expect, test } from 'vitest'
import { buildDemoClinic } from '#demo/demo-clinic.ts'
import type { Resource } from '#fhir/resource.ts'
import { cutSlots } from '#scheduling/availability/cut-slots.ts'
import { readRoster } from '#scheduling/availability/read-roster.ts'
import { findNeighbours } from '#scheduling/availability/roster-neighbours.ts'

const start = Temporal.PlainDate.from('2026-10-21')
const clinic = buildDemoClinic(start, 'Europe/Prague')
const slots = clinic.filter((one) => one.resourceType === 'Slot')
const appointments = clinic.filter((one) => one.resourceType === 'Appointment')

test('the demo clinic has a week of slots, on working days, by the clock on its wall', () => {
  const times = slots.map((slot) => slot.start)
  const days = new Set(times.map((time) => time.slice(0, 10)))
  expect([...days]).toEqual(['2026-10-22', '2026-10-23', '2026-10-26', '2026-10-27', '2026-10-28'])
  // Summer time ends on the 25th: nine o'clock stays nine o'clock.
  expect(times).toContain('2026-10-22T09:00:00+02:00')
  expect(times).toContain('2026-10-26T09:00:00+01:00')
})

test('whatever the demo clinic refers to is in it', () => {
  const there = new Set(clinic.map(({ resourceType, id }) => `${resourceType}/${id}`))
  const named = [...JSON.stringify(clinic).matchAll(/"reference":"([^"]+)"/g)].map(
    ([, reference]) => reference ?? '',
  )
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter((reference) => !there.has(reference))).toEqual([])
  expect(there.size).toBe(clinic.length)
})

test('its rosters would cut the very slots that it has', () => {
  const find = (reference: string) =>
    clinic.find(({ resourceType, id }) => `${resourceType}/${id}` === reference)
  for (const name of ['dr-adams', 'dr-novak']) {
    const asRoster = (reference: string) => ({ reference, version: 1, resource: find(reference) as Resource })
    const neighbours = findNeighbours(
      asRoster(`Schedule/schedule-${name}`),
      (reference) => (find(reference) === undefined ? undefined : asRoster(reference)),
      () => [asRoster(`PractitionerRole/role-${name}`)],
    )
    const roster = readRoster(neighbours, 'UTC')
    expect([roster.problems, roster.timeZone]).toEqual([[], 'Europe/Prague'])
    const week = {
      start: Date.parse('2026-10-22T00:00:00+02:00'),
      end: Date.parse('2026-10-29T00:00:00+01:00'),
    }
    const made = slots.filter(({ id }) => id?.includes(name)).map((slot) => Date.parse(slot.start))
    expect(cutSlots(roster, week).map((slot) => slot.start)).toEqual(made)
  }
})

test('a taken slot has its appointment, and a free one none', () => {
  const taken = slots.filter(({ status }) => status === 'busy').map(({ id }) => `Slot/${id}`)
  expect(appointments.map(({ slot }) => slot?.[0]?.reference)).toEqual(taken)
})
