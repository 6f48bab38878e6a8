import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf } from './caller.ts'

/** All that a patient's app does to book, under the roles as they are shipped. */
let server: TestServer
let system: Call
let anna: Call

beforeAll(async () => {
  server = await startTestServer()
  system = await callerOf(server, { scope: 'system/*.cruds' })
  const scope = 'patient/Appointment.crus patient/Slot.rs patient/Schedule.rs patient/Patient.rs'
  anna = await callerOf(server, { scope, fhirUser: 'Patient/anna', patient: 'anna' })
  for (const resource of [
    { resourceType: 'Patient', id: 'anna' },
    { resourceType: 'Patient', id: 'bert' },
    { resourceType: 'Practitioner', id: 'physio' },
    { resourceType: 'Schedule', id: 'physio', actor: [{ reference: 'Practitioner/physio' }] },
    ...[9, 10, 11, 12].map((hour) => ({
      resourceType: 'Slot',
      id: `at-${hour}`,
      schedule: { reference: 'Schedule/physio' },
      status: 'free',
      ...hours(hour),
    })),
  ]) {
    const { status, body } = await system('PUT', `/${resource.resourceType}/${resource.id}`, resource)
    expect(status, JSON.stringify(body)).toBe(201)
  }
})
afterAll(() => server.close())

function hours(hour: number) {
  const two = (value: number) => String(value).padStart(2, '0')
  return { start: `2031-03-03T${two(hour)}:00:00Z`, end: `2031-03-03T${two(hour + 1)}:00:00Z` }
}

const visit = (hour: number, patient = 'anna') => ({
  resourceType: 'Appointment',
  status: 'proposed',
  ...hours(hour),
  slot: [{ reference: `Slot/at-${hour}` }],
  participant: [`Patient/${patient}`, 'Practitioner/physio'].map((reference) => ({
    actor: { reference },
    status: 'needs-action',
  })),
})

const sent = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })

test('a patient holds, books, moves and cancels a visit of their own', async () => {
  const held = await anna(
    'POST',
    '/Appointment/$hold',
    sent({ name: 'appointment-resource', resource: visit(9) }),
  )
  expect(held.body.entry[0].resource).toMatchObject({ resourceType: 'Appointment', status: 'pending' })
  const { id } = held.body.entry[0].resource
  const reference = { name: 'appointment-reference', valueReference: { reference: `Appointment/${id}` } }
  const booked = await anna('POST', '/Appointment/$book', sent(reference))
  expect(booked.body.entry[0].resource).toMatchObject({ id, status: 'booked' })
  const slot = { name: 'slot', valueReference: { reference: 'Slot/at-10' } }
  const moved = await anna('POST', `/Appointment/${id}/$reschedule`, sent(slot))
  expect([moved.status, moved.body.slot]).toEqual([200, [{ reference: 'Slot/at-10' }]])
  const reason = { name: 'reason-text', valueString: 'I am well again' }
  const comment = { name: 'comment', valueString: 'Thank you' }
  const cancelled = await anna('POST', `/Appointment/${id}/$cancel`, sent(reason, comment))
  expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled'])
  expect(cancelled.body).not.toHaveProperty('comment')
  expect((await system('GET', `/Appointment/${id}`)).body).toMatchObject({ comment: 'Thank you' })
})

test('a patient books nothing for another, and cancels nothing of theirs', async () => {
  const other = { name: 'appointment-resource', resource: visit(11, 'bert') }
  expect(JSON.stringify((await anna('POST', '/Appointment/$book', sent(other))).body)).not.toContain(
    '"booked"',
  )
  const { body } = await system('POST', '/Appointment', { ...visit(12, 'bert'), status: 'booked' })
  expect((await anna('POST', `/Appointment/${body.id}/$cancel`, sent())).status).toBe(404)
  expect((await system('GET', `/Appointment/${body.id}`)).body.status).toBe('booked')
})

test('who may change visits and not read them is told that it is done, and no more', async () => {
  const { body } = await system('POST', '/Appointment', {
    ...visit(11),
    status: 'booked',
    comment: 'a secret',
  })
  const blind = await callerOf(server, { scope: 'system/Appointment.u' })
  const answer = await blind('POST', `/Appointment/${body.id}/$cancel`, sent())
  expect([answer.status, Object.keys(answer.body)]).toEqual([200, ['resourceType', 'id', 'meta', 'status']])
})
