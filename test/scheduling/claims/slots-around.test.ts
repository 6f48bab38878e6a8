import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, at, type Calendar, openCalendar, slot, visitTo } from '../calendar.ts'

let calendar: Calendar
beforeAll(async () => {
  calendar = await openCalendar()
  await calendar.put(
    // Another calendar of the same doctor, kept by her role.
    {
      resourceType: 'Schedule',
      id: 'elsewhere',
      active: true,
      actor: [{ reference: 'PractitionerRole/role-adams' }],
    },
    {
      resourceType: 'Schedule',
      id: 'pair',
      active: true,
      actor: [{ reference: 'Practitioner/pair' }],
    },
    {
      resourceType: 'Practitioner',
      id: 'pair',
      active: true,
      extension: [{ url: 'https://almanac.example/fhir/StructureDefinition/capacity', valuePositiveInt: 2 }],
    },
  )
})
afterAll(() => calendar[Symbol.asyncDispose]())

async function send(line: string, body?: Resource): Promise<Resource & { id: string }> {
  const { status, json } = await calendar.send(line, body && { body })
  expect([200, 201], JSON.stringify(json)).toContain(status)
  return json as Resource & { id: string }
}
const statuses = async (...ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await calendar.read(`Slot/${id}`)).status))
const cancelled = (visit: Resource) => send(`PUT Appointment/${visit.id}`, { ...visit, status: 'cancelled' })

test('a visit beside the slots makes those it lies over busy, until it is moved or cancelled', async () => {
  await calendar.put(slot('n1', '10:00', '10:30'), slot('n2', '10:30', '11:00'), slot('n3', '11:00', '11:30'))
  const visit = await send('POST Appointment', appointment('p1', '10:15', '10:45'))
  expect(await statuses('n1', 'n2', 'n3')).toEqual(['busy', 'busy', 'free'])
  const refused = await calendar.send('POST Appointment', { body: visitTo('n1', 'p2', '10:00', '10:30') })
  expect(refused.status).toBe(409)
  const moved = await send(`PUT Appointment/${visit.id}`, { ...visit, start: at('10:45'), end: at('11:15') })
  expect(await statuses('n1', 'n2', 'n3')).toEqual(['free', 'busy', 'busy'])
  await cancelled(moved)
  expect(await statuses('n1', 'n2', 'n3')).toEqual(['free', 'free', 'free'])
  const slotAfter = await calendar.read('Slot/n2')
  expect((slotAfter.meta as { tag?: unknown }).tag).toBeUndefined()
  await send('POST Appointment', visitTo('n2', 'p3', '10:30', '11:00'))
})

test('a visit in a slot makes the slots of the other calendars of those who take part busy', async () => {
  await calendar.put(
    slot('o1', '12:00', '12:30'),
    slot('o2', '12:15', '12:45', { schedule: { reference: 'Schedule/elsewhere' } }),
    slot('o3', '12:15', '12:45'),
  )
  const visit = await send('POST Appointment', visitTo('o1', 'p1', '12:00', '12:30'))
  expect(await statuses('o1', 'o2', 'o3')).toEqual(['busy', 'busy', 'busy'])
  await cancelled(visit)
  expect(await statuses('o1', 'o2', 'o3')).toEqual(['free', 'free', 'free'])
  const other = await send('POST Appointment', visitTo('o2', 'p1', '12:15', '12:45'))
  expect(await statuses('o1', 'o2', 'o3')).toEqual(['busy', 'busy', 'busy'])
  await cancelled(other)
  expect(await statuses('o1', 'o2', 'o3')).toEqual(['free', 'free', 'free'])
})

test('a slot of somebody who sees two at once is free while one more fits', async () => {
  const schedule = { reference: 'Schedule/pair' }
  await calendar.put(slot('c1', '10:00', '10:30', { schedule }))
  const beside = (patient: string) => ({
    ...appointment(patient, '10:10', '10:20'),
    participant: [`Patient/${patient}`, 'Practitioner/pair'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  })
  await send('POST Appointment', beside('p11'))
  expect(await statuses('c1')).toEqual(['free'])
  const second = await send('POST Appointment', beside('p12'))
  expect(await statuses('c1')).toEqual(['busy'])
  await cancelled(second)
  expect(await statuses('c1')).toEqual(['free'])
})

test('what a client has made busy stays so after a visit beside it', async () => {
  await calendar.put(
    slot('k1', '14:00', '14:30', { status: 'busy' }),
    slot('k2', '14:30', '15:00', { status: 'busy-unavailable' }),
  )
  const visit = await send('POST Appointment', appointment('p1', '14:15', '14:45'))
  await cancelled(visit)
  expect(await statuses('k1', 'k2')).toEqual(['busy', 'busy-unavailable'])
})

test('a slot that is made or moved to where its doctor is taken is busy', async () => {
  const visit = await send('POST Appointment', appointment('p1', '15:15', '15:45'))
  await calendar.put(slot('m1', '15:00', '15:30'), slot('m2', '17:00', '17:30'))
  expect(await statuses('m1', 'm2')).toEqual(['busy', 'free'])
  await send('PUT Slot/m2', slot('m2', '15:30', '16:00'))
  expect(await statuses('m2')).toEqual(['busy'])
  await send('PUT Slot/m1', slot('m1', '16:00', '16:30'))
  expect(await statuses('m1')).toEqual(['free'])
  await cancelled(visit)
  expect(await statuses('m1', 'm2')).toEqual(['free', 'free'])
})

test('a hold beside the slots makes them tentative, and free again when it is let go', async () => {
  await calendar.put(slot('h1', '16:30', '17:00'))
  const visit = await send('POST Appointment', { ...appointment('p1', '16:40', '16:50'), status: 'pending' })
  expect(await statuses('h1')).toEqual(['busy-tentative'])
  await cancelled(visit)
  expect(await statuses('h1')).toEqual(['free'])
})
