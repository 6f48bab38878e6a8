import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { forgetRequests } from '#scheduling/booking/forget-requests.ts'
import { appointment, at, type Calendar, openCalendar, slot, visitTo } from './calendar.ts'

let calendar: Calendar
beforeAll(async () => {
  calendar = await openCalendar({ holdsPerClient: 2 })
})
afterAll(() => calendar[Symbol.asyncDispose]())

const book = async (values: Readonly<Record<string, object>>, token?: string, deed = '$book') => {
  const parameter = Object.entries(values).map(([name, value]) => ({ name, ...value }))
  const { status, json } = await calendar.send(`POST Appointment/${deed}`, {
    body: { resourceType: 'Parameters', parameter },
    ...(token !== undefined && { token }),
  })
  const [entry] = (json.entry ?? []) as { resource: Resource }[]
  return { status, answer: (entry?.resource ?? json) as Resource }
}
const resource = (one: object) => ({ resource: one })
const asked = (body: Resource) => ({ 'appointment-resource': resource(body) })
const isFree = async (id: string) => (await calendar.read(`Slot/${id}`)).status === 'free'

test('a booking of one’s own is asked for as pending, changed as booked, given up as cancelled', async () => {
  await calendar.put(slot('b1', '09:00', '09:30'))
  const made = await book(asked(visitTo('b1', 'p1', '09:00', '09:30', { status: 'pending' })))
  expect(made.answer).toMatchObject({ resourceType: 'Appointment', status: 'booked' })
  const changed = await book(asked({ ...made.answer, comment: 'Brings the old images' }))
  expect(changed.answer).toMatchObject({
    id: made.answer.id,
    status: 'booked',
    comment: 'Brings the old images',
  })
  expect(await isFree('b1')).toBe(false)
  const given = await book(asked({ ...changed.answer, status: 'cancelled' }))
  expect(given.answer).toMatchObject({ id: made.answer.id, status: 'cancelled' })
  expect(await isFree('b1')).toBe(true)
})

test('a patient’s token books and gives up for its own patient, and for nobody else', async () => {
  await calendar.put(slot('b2', '09:30', '10:00'), slot('b3', '10:00', '10:30'))
  const token = await calendar.server.token({ scope: 'patient/*.cruds', patient: 'p2' })
  const own = await book(asked(visitTo('b2', 'p2', '09:30', '10:00', { status: 'pending' })), token)
  expect(own.answer).toMatchObject({ status: 'booked' })
  const { json: others } = await calendar.send('POST Appointment', {
    body: visitTo('b3', 'p3', '10:00', '10:30'),
  })
  const moves = { $cancel: [], $reschedule: [{ name: 'start', valueDateTime: at('18:00') }] }
  for (const [deed, parameter] of Object.entries(moves)) {
    const { status } = await calendar.send(`POST Appointment/${others.id}/${deed}`, {
      token,
      body: { resourceType: 'Parameters', parameter },
    })
    expect([403, 404]).toContain(status)
  }
  expect(await calendar.read(`Appointment/${others.id}`)).toMatchObject({ status: 'booked' })
  const { status } = await calendar.send('POST Appointment', {
    token,
    body: appointment('p3', '17:00', '17:30'),
  })
  expect(status).toBe(403)
})

test('a new patient is stored with the booking, or neither', async () => {
  await calendar.put(slot('b4', '10:30', '11:00'))
  const wish = (family: string) => ({
    ...asked({
      ...visitTo('b4', 'p4', '10:30', '11:00', { status: 'pending' }),
      participant: [{ actor: { reference: 'Practitioner/adams' }, status: 'needs-action' }],
    }),
    'patient-resource': resource({ resourceType: 'Patient', name: [{ family }] }),
  })
  const found = async (family: string) =>
    (await calendar.send(`GET Patient?family=${family}&_total=accurate`)).json.total
  const { answer } = await book(wish('Newcomer'))
  expect(answer).toMatchObject({ status: 'booked' })
  expect(JSON.stringify(answer.participant)).toMatch(/Patient\/[0-9a-f-]{36}/)
  expect(await found('Newcomer')).toBe(1)
  expect((await book(wish('Latecomer'))).answer).toMatchObject({ resourceType: 'OperationOutcome' })
  expect(await found('Latecomer')).toBe(0)
})

test('another appointment is given up in the same step, or kept when the new one is lost', async () => {
  await calendar.put(slot('b5', '11:00', '11:30'), slot('b6', '11:30', '12:00'), slot('b7', '12:00', '12:30'))
  const old = await book(asked(visitTo('b5', 'p5', '11:00', '11:30', { status: 'pending' })))
  await book(asked(visitTo('b6', 'p6', '11:30', '12:00', { status: 'pending' })))
  const instead = (slotId: string, from: string, to: string) =>
    book({
      ...asked(visitTo(slotId, 'p5', from, to, { status: 'pending' })),
      'cancelled-appt-id': { valueString: String(old.answer.id) },
    })
  expect((await instead('b6', '11:30', '12:00')).answer).toMatchObject({ resourceType: 'OperationOutcome' })
  expect(await isFree('b5')).toBe(false)
  expect((await instead('b7', '12:00', '12:30')).answer).toMatchObject({ status: 'booked' })
  expect(await isFree('b5')).toBe(true)
  expect(await calendar.read(`Appointment/${old.answer.id}`)).toMatchObject({ status: 'cancelled' })
})

test('who asks for it gets the best alternative when the time is lost, but none that ends too late', async () => {
  await calendar.put(slot('b8', '14:00', '14:30'), slot('b9', '14:30', '15:00'))
  await book(asked(visitTo('b8', 'p7', '14:00', '14:30', { status: 'pending' })))
  const wish = (latest: string) => ({
    ...asked(visitTo('b8', 'p8', '14:00', '14:30', { status: 'pending' })),
    'auto-resolve': { valueBoolean: true },
    latest: { valueDateTime: at(latest) },
  })
  expect((await book(wish('08:00'))).answer).toMatchObject({ resourceType: 'OperationOutcome' })
  const { answer } = await book(wish('23:00'))
  expect(answer).toMatchObject({ resourceType: 'Appointment', status: 'booked' })
  expect(answer.slot).not.toEqual([{ reference: 'Slot/b8' }])
  expect(JSON.stringify(answer.participant)).toContain('Patient/p8')
})

test('an alternative begins at `earliest` or later; asked again by the same key it is the same one', async () => {
  await calendar.put(
    ...[slot('e1', '05:00', '05:30'), slot('e2', '05:30', '06:00'), slot('e3', '06:00', '06:30')],
  )
  await book(asked(visitTo('e1', 'p22', '05:00', '05:30', { status: 'pending' })))
  const wish = {
    ...asked(visitTo('e1', 'p23', '05:00', '05:30', { status: 'pending' })),
    'auto-resolve': { valueBoolean: true },
    earliest: { valueDateTime: at('06:00') },
    latest: { valueDateTime: at('06:30') },
    'client-key': { valueString: 'instead' },
  }
  const { answer } = await book(wish)
  expect(answer).toMatchObject({ status: 'booked', slot: [{ reference: 'Slot/e3' }] })
  expect((await book(wish)).answer.id).toBe(answer.id)
  expect(await isFree('e2')).toBe(true)
})

test('one of several patients ends their own part in a visit, which goes on for the others', async () => {
  const group = {
    ...appointment('p24', '04:00', '04:30'),
    participant: ['Patient/p24', 'Patient/p25', 'Practitioner/novak'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  }
  const { json } = await calendar.send('POST Appointment', { body: group })
  const token = await calendar.server.token({
    scope: 'patient/*.cruds',
    patient: 'p24',
    fhirUser: 'Patient/p24',
  })
  const cancel = (as?: string) =>
    calendar.send(`POST Appointment/${json.id}/$cancel`, {
      body: { resourceType: 'Parameters' },
      ...(as !== undefined && { token: as }),
    })
  // Nobody else's visit is theirs to cancel or to move, by whatever road.
  const patch = (body: object) =>
    calendar.send(`PATCH Appointment/${json.id}`, {
      token,
      body,
      headers: { 'Content-Type': 'application/json-patch+json' },
    })
  expect((await patch([{ op: 'replace', path: '/status', value: 'cancelled' }])).status).toBe(422)
  expect((await patch([{ op: 'replace', path: '/start', value: at('04:10') }])).status).toBe(422)
  for (let time = 0; time < 2; time++) expect((await cancel(token)).status).toBe(200)
  const told = await calendar.read(`Appointment/${json.id}`)
  const statuses = (told.participant as { status: string }[]).map(({ status }) => status)
  expect([told.status, ...statuses]).toEqual(['booked', 'declined', 'accepted', 'accepted'])
  // Their time is theirs again, the clinician's is not.
  expect(
    (await calendar.send('POST Appointment', { body: appointment('p24', '04:00', '04:30') })).status,
  ).toBe(201)
  const other = await calendar.server.token({
    scope: 'patient/*.cruds',
    patient: 'p25',
    fhirUser: 'Patient/p25',
  })
  expect((await cancel(other)).status).toBe(200)
  expect((await calendar.read(`Appointment/${json.id}`)).status).toBe('cancelled')
})

test('nobody has two visits at once, and the refusal tells nothing of the other one', async () => {
  const first = await calendar.send('POST Appointment', { body: appointment('p9', '15:00', '15:30') })
  expect(first.status).toBe(201)
  const elsewhere = {
    ...appointment('p9', '15:15', '15:45'),
    participant: ['Patient/p9', 'Practitioner/novak'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  }
  const { status, json } = await calendar.send('POST Appointment', { body: elsewhere })
  expect(status).toBe(409)
  expect(json.issue).toEqual([
    expect.objectContaining({
      code: 'conflict',
      diagnostics: 'The patient has another visit at this time: choose another time.',
    }),
  ])
  expect(JSON.stringify(json.issue)).not.toMatch(/adams|15:00/)
  expect(JSON.stringify(json)).not.toContain(String(first.json.id))
})

test('a client holds only so much at a time', async () => {
  const hold = (patient: string, from: string, to: string) =>
    book(asked(appointment(patient, from, to, { status: 'proposed' })), undefined, '$hold')
  const times = [
    ['p11', '18:00', '18:20'],
    ['p12', '18:30', '18:50'],
    ['p13', '19:00', '19:20'],
  ] as const
  const statuses = []
  for (const [patient, from, to] of times) statuses.push((await hold(patient, from, to)).status)
  expect(statuses).toEqual([200, 200, 429])
})

test('what a client may send again is kept for a week', async () => {
  const { database } = calendar.server.app
  const count = async () => {
    const [row] = await database.acrossClinics<{ many: number }>(
      'SELECT count(*)::integer AS many FROM booking_request',
    )
    return row?.many ?? 0
  }
  await calendar.put(slot('week', '07:00', '07:30'))
  const kept = visitTo('week', 'p9', '07:00', '07:30', { status: 'pending' })
  const made = await book({ ...asked(kept), 'client-key': { valueString: 'kept' } })
  expect(made.answer.status).toBe('booked')
  const before = await count()
  expect(before).toBeGreaterThan(0)
  expect(await forgetRequests(database)).toBe(0)
  const client = new pg.Client({ connectionString: calendar.server.databaseUrl })
  await client.connect()
  await client.query(`UPDATE booking_request SET created = created - interval '8 days'`)
  await client.end()
  expect(await forgetRequests(database)).toBe(before)
})
