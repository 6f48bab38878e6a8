import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOf, openUsCoreClinic, type UsCoreClinic } from './us-core-clinic.ts'

let clinic: UsCoreClinic
beforeAll(async () => {
  clinic = await openUsCoreClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

async function refused(type: string, id: string, change: object): Promise<string> {
  const { status, json } = await clinic.send('PUT', `${type}/${id}`, { ...copyOf(id), ...change })
  expect(status, JSON.stringify(json)).toBe(422)
  const errors = (json.issue ?? []).filter(({ severity }) => severity === 'error')
  return errors.map(({ expression }) => expression).join()
}

test.each([
  ['gender', { gender: 'woman' }],
  ['name[0].use', { name: [{ family: 'Shaw', use: 'stage' }] }],
  ['telecom[0].system', { telecom: [{ system: 'telegraph', value: '1' }] }],
  ['telecom[0].use', { telecom: [{ system: 'phone', value: '1', use: 'vacation' }] }],
  ['address[0].use', { address: [{ use: 'summer', city: 'Mounds' }] }],
  ['address[0].type', { address: [{ type: 'virtual', city: 'Mounds' }] }],
  ['identifier[0].use', { identifier: [{ system: 'https://amherst.example/mrn', value: '1', use: 'best' }] }],
  ['link[0].type', { link: [{ other: { reference: 'Patient/us-core-deceased' }, type: 'twin' }] }],
])('a patient with a code for %s that its required set does not have is refused', async (place, change) => {
  expect(await refused('Patient', 'us-core-amy', change)).toBe(`Patient.${place}`)
})

test.each([
  ['status', { status: 'closed' }],
  ['mode', { mode: 'branch' }],
])('a location with a code for %s that its required set does not have is refused', async (place, change) => {
  expect(await refused('Location', 'us-core-south-wing', change)).toBe(`Location.${place}`)
})

test('a position has both longitude and latitude or is absent', async () => {
  const half = await refused('Location', 'us-core-south-wing', { position: { longitude: -72.5 } })
  expect(half).toBe('Location.position')
  const { position: _, ...placeless } = copyOf('us-core-south-wing')
  expect((await clinic.send('PUT', 'Location/us-core-south-wing', placeless)).status).toBe(200)
})

test('the type of a location has a coding with system and code in US Core 8', async () => {
  const eight = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-location|8.0.0'
  const claimed = (type: object) => ({ meta: { profile: [eight] }, type: [type] })
  const place = ['Location', 'us-core-south-wing'] as const
  expect(await refused(...place, claimed({ text: 'a wing' }))).toBe('Location.type[0]')
  expect(await refused(...place, claimed({ coding: [{ code: 'OF' }] }))).toBe('Location.type[0].coding[0]')
})

test('every qualification of a practitioner has its code', async () => {
  const issued = { qualification: [{ period: { start: '2001' } }] }
  expect(await refused('Practitioner', 'us-core-doctor', issued)).toBe('Practitioner.qualification[0]')
})

test.each([
  [{ telecom: [{ value: '555-0100' }] }, 'PractitionerRole.telecom[0]'],
  [{ telecom: [{ system: 'phone' }] }, 'PractitionerRole.telecom[0]'],
])('each telecom of a role has system and value: %j is refused', async (change, place) => {
  expect(await refused('PractitionerRole', 'us-core-role', change)).toContain(place)
})

test('a time that a role is not available has its description', async () => {
  const change = { notAvailable: [{ during: { start: '2026-11-26' } }] }
  expect(await refused('PractitionerRole', 'us-core-role', change)).toBe('PractitionerRole.notAvailable[0]')
})

test('the days that a role is available are days of the week', async () => {
  const change = { availableTime: [{ daysOfWeek: ['monday'] }] }
  expect(await refused('PractitionerRole', 'us-core-role', change)).toBe(
    'PractitionerRole.availableTime[0].daysOfWeek[0]',
  )
})

test('the address of an organization has four lines at most, and one of each other part', async () => {
  const five = { address: [{ line: ['1', '2', '3', '4', '5'], city: 'Amherst' }] }
  expect(await refused('Organization', 'us-core-clinic', five)).toBe('Organization.address[0].line')
  const two = { address: [{ city: ['Amherst', 'Hadley'] }] }
  const { status } = await clinic.send('PUT', 'Organization/us-core-clinic', {
    ...copyOf('us-core-clinic'),
    ...two,
  })
  expect([400, 422]).toContain(status)
})
