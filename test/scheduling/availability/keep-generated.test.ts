import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPrincipal } from '#access/create-principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { keepGenerated } from '#scheduling/availability/keep-generated.ts'
import { loadRosters, loadSchedules } from '#scheduling/availability/load-rosters.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, house, openCalendar } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const day = 86_400_000
// A minute before midnight, so that hours of the day do not matter.
const start = Math.ceil(Date.now() / day) * day - 60_000
let now = start

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(...house, ...clinician('anna', { rules: { slotLength: 30, bookingWindow: 7 * 24 * 60 } }))
})
afterAll(() => server.close())

function keep(): Promise<number> {
  const { database, road } = server.app
  return keepGenerated({
    database,
    road,
    clock: () => new Date(now),
    newId: () => crypto.randomUUID(),
    timeZone: 'Europe/Berlin',
    principalOf: (tenant) =>
      createPrincipal(
        { tenant, clientId: 'almanac', tokenId: 'test', scope: 'system/*.cruds' },
        loadDefinitions(),
      ),
    rostersOf: async (tx) => (await loadRosters(tx, await loadSchedules(tx, 'all'), 'Europe/Berlin')).rosters,
  })
}

async function count(): Promise<number> {
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_summary=count')
  return body.total
}

test('slots are made as far as may be booked, once, by whichever server comes first', async () => {
  await Promise.all([keep(), keep(), keep()])
  expect(await count()).toBe(5 * 6)
  expect(await keep()).toBe(0)
})

test('a day later a day more is there', async () => {
  now = start + 7 * day
  expect(await keep()).toBe(1)
  expect(await count()).toBe(10 * 6)
})

test('a roster that changes takes along what is free and still to come', async () => {
  const [, role] = clinician('anna')
  await clinic.put({
    ...role,
    availableTime: [{ availableStartTime: '09:00:00', availableEndTime: '10:00:00' }],
  })
  expect(await keep()).toBe(1)
  // The week before is past by now; of the coming one each of seven days has two.
  expect(await count()).toBe(5 * 6 + 7 * 2)
})

test('whom a changed roster no longer covers comes on the worklist, once', async () => {
  now = start
  const soon = new Date(start + day).toISOString()
  const { body } = await clinic.send(
    'GET',
    `Slot?schedule=Schedule/anna&status=free&start=gt${soon}&_sort=start&_count=1`,
  )
  const { id, start: begins, end } = body.entry[0].resource
  await clinic.put({ resourceType: 'Patient', id: 'hit' })
  const booked = await clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    start: begins,
    end,
    slot: [{ reference: `Slot/${id}` }],
    participant: ['Patient/hit', 'Practitioner/anna'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  })
  expect(booked.status).toBe(201)
  const { body: role } = await clinic.send('GET', 'PractitionerRole/role-anna')
  for (const description of ['Leave', 'Leave, longer']) {
    await clinic.put({
      ...role,
      notAvailable: [{ description, during: { start: '2020-01-01', end: '2050-01-01' } }],
    })
    await keep()
    const tasks = await clinic.send('GET', `Task?focus=Appointment/${booked.body.id}&code=replan`)
    expect(tasks.body.entry.map(({ resource }: { resource: object }) => resource)).toMatchObject([
      { status: 'requested', for: { reference: 'Patient/hit' } },
    ])
  }
})
