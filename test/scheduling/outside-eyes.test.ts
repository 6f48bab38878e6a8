import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import {
  type Calendar,
  clinician,
  comingMonday,
  type FhirResource,
  generalPractice,
  house,
  openCalendar,
  parameters,
} from './clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const at = (time: string, days = 0) => {
  const zoned = monday.add({ days }).toZonedDateTime({ timeZone: 'Europe/Berlin', plainTime: time })
  return zoned.toString({ timeZoneName: 'never' })
}

beforeAll(async () => {
  // As where references are not checked: what is not here must not be booked all the same.
  server = await startTestServer({ checkReferences: false })
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...clinician('anna', {
      schedule: { planningHorizon: { start: monday.toString(), end: monday.add({ days: 3 }).toString() } },
      role: {
        notAvailable: [{ description: 'Away', during: { start: at('00:00', 2), end: at('00:00', 3) } }],
      },
    }),
    { resourceType: 'Practitioner', id: 'bert', identifier: [{ system: 'urn:staff', value: 'B7' }] },
    ...['one', 'two', 'three'].map((id) => ({
      resourceType: 'Patient',
      id,
      identifier: [{ system: 'urn:mrn', value: id }],
    })),
  )
  await clinic.send(
    'POST',
    'Schedule/$generate-slots',
    parameters({ start: monday.toString(), end: monday.add({ days: 4 }).toString() }),
  )
})
afterAll(() => server.close())

const come = (actor: object) => ({ actor, status: 'accepted' })
const visit = (who: object, patient: object, from: string, to: string, more: object = {}) => ({
  resourceType: 'Appointment',
  status: 'booked',
  start: from,
  end: to,
  participant: [come(who), come(patient)],
  ...more,
})
const anna = { reference: 'Practitioner/anna' }
const patient = (id: string) => ({ reference: `Patient/${id}` })
const told = ({ body }: { body: { issue?: { diagnostics: string }[] } }) =>
  (body.issue ?? []).map(({ diagnostics }) => diagnostics).join('\n')
const find = (values: object) =>
  clinic.send(
    'POST',
    'Appointment/$find',
    parameters({
      start: { valueDateTime: at('00:00') },
      end: { valueDateTime: at('00:00', 5) },
      ...values,
    }),
  )
const appointmentsOf = ({ body }: { body: { entry?: { resource: FhirResource }[] } }) =>
  (body.entry ?? []).map(({ resource }) => resource)

test('nobody is booked outside of their hours, absent or beyond what is planned, though no slot is named', async () => {
  const wrong = [
    [at('03:00'), at('03:30'), 'This lies outside of the hours'],
    [at('11:45'), at('12:15'), 'This lies outside of the hours'],
    [at('10:00', 2), at('10:30', 2), 'The practitioner is not available at this time'],
    [at('10:00', 4), at('10:30', 4), 'outside the time that Schedule/anna plans for'],
  ] as const
  for (const [from, to, sentence] of wrong) {
    const plain = await clinic.send('POST', 'Appointment', visit(anna, patient('one'), from, to))
    expect([plain.status, told(plain)]).toEqual([422, expect.stringContaining(sentence)])
    const booked = await clinic.send('POST', 'Appointment/$book', {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'appointment-resource',
          resource: visit({ reference: 'PractitionerRole/role-anna' }, patient('one'), from, to, {
            status: 'pending',
          }),
        },
      ],
    })
    expect(JSON.stringify(appointmentsOf(booked))).toContain(sentence)
  }
  const within = visit(anna, patient('one'), at('10:10'), at('10:30'))
  expect(await clinic.send('POST', 'Appointment', within)).toMatchObject({ status: 201 })
})

test('a room is not booked while it is closed or out of its hours, though it has no calendar', async () => {
  const closed = { during: { start: monday.toString(), end: monday.toString() } }
  await clinic.put(
    {
      resourceType: 'Location',
      id: 'closed',
      extension: [
        {
          url: 'https://almanac.example/fhir/StructureDefinition/closure',
          extension: [{ url: 'during', valuePeriod: closed.during }],
        },
      ],
    },
    {
      resourceType: 'Location',
      id: 'sundays',
      hoursOfOperation: [{ daysOfWeek: ['sun'], openingTime: '08:00:00', closingTime: '12:00:00' }],
    },
    { resourceType: 'Location', id: 'open' },
  )
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&status=free&_sort=start&_count=1')
  const [{ resource: slot }] = body.entry
  const inRoom = (room: string) =>
    clinic.send('POST', 'Appointment', {
      ...visit(anna, patient('one'), slot.start, slot.end, { slot: [{ reference: `Slot/${slot.id}` }] }),
      participant: [come(anna), come(patient('three')), come({ reference: `Location/${room}` })],
    })
  // Asked twice: what is known of a room counts as what was looked up.
  for (const room of ['closed', 'sundays', 'closed', 'sundays']) {
    const refused = await inRoom(room)
    expect([refused.status, told(refused)]).toEqual([
      422,
      expect.stringMatching(/closed at this time|outside of the hours/),
    ])
  }
  expect((await inRoom('open')).status).toBe(201)
})

test('staff may book outside of the hours with a reason, as they may override an absence', async () => {
  const extension = [
    {
      url: 'https://almanac.example/fhir/StructureDefinition/override-reason',
      extension: [
        { url: 'rule', valueString: 'hours' },
        { url: 'reason', valueString: 'An emergency' },
      ],
    },
  ]
  const token = await server.token({
    scope: 'user/*.cruds',
    fhirUser: 'Practitioner/bert',
    roles: ['front-desk'],
  })
  const late = visit(anna, patient('two'), at('18:00'), at('18:30'))
  expect((await clinic.send('POST', 'Appointment', late, token)).status).toBe(422)
  expect((await clinic.send('POST', 'Appointment', { ...late, extension }, token)).status).toBe(201)
})

test('who is named by an identifier, or by a whole URL, is as busy as by their id', async () => {
  const [from, to] = [at('14:00'), at('14:30')]
  const names = [
    { type: 'Practitioner', identifier: { system: 'urn:staff', value: 'B7' } },
    { reference: `${server.base}/Practitioner/bert` },
    { reference: 'Practitioner/bert' },
  ]
  const [first, ...others] = names
  const made = await clinic.send('POST', 'Appointment', visit(first as object, patient('one'), from, to))
  expect(made.status).toBe(201)
  for (const who of others) {
    const second = await clinic.send('POST', 'Appointment', visit(who, patient('two'), from, to))
    expect([second.status, told(second)]).toEqual([409, expect.stringContaining('has no time')])
  }
  const patientAgain = visit(
    { reference: 'Location/elsewhere' },
    { identifier: { system: 'urn:mrn', value: 'one' } },
    from,
    to,
  )
  expect((await clinic.send('POST', 'Appointment', patientAgain)).status).toBe(409)
  expect((await clinic.send('DELETE', `Appointment/${made.body.id}`)).status).toBe(409)
  expect(
    (await clinic.send('POST', `Appointment/${made.body.id}/$cancel`, { resourceType: 'Parameters' })).status,
  ).toBe(200)
  const free = await clinic.send('POST', 'Appointment', visit(names[1] as object, patient('two'), from, to))
  expect(free.status).toBe(201)
})

test('a slot that is not there, or is named by no reference, is not booked: nobody would keep it', async () => {
  const [from, to] = [at('15:00'), at('15:30')]
  for (const slot of [{ reference: 'Slot/none' }, { identifier: { system: 'urn:slot', value: '1' } }]) {
    const wish = visit({ reference: 'Practitioner/carl' }, patient('one'), from, to, { slot: [slot] })
    const refused = await clinic.send('POST', 'Appointment', wish)
    expect([refused.status, told(refused)]).toEqual([
      422,
      expect.stringMatching(/no Slot\/none|by its reference/),
    ])
  }
})

test('a slot that was taken before it could be closed is told to be taken, as any other', async () => {
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&status=free&_sort=-start&_count=1')
  const [{ resource: slot }] = body.entry
  const held = visit(anna, patient('two'), slot.start, slot.end, { slot: [{ reference: `Slot/${slot.id}` }] })
  const hold = {
    resourceType: 'Parameters',
    parameter: [{ name: 'appointment-resource', resource: { ...held, status: 'pending' } }],
  }
  const [pending] = appointmentsOf(await clinic.send('POST', 'Appointment/$hold', hold))
  expect(pending).toMatchObject({ status: 'pending' })
  const closed = await clinic.send('PUT', `Slot/${slot.id}`, { ...slot, status: 'busy-unavailable' })
  expect([closed.status, told(closed)]).toEqual([
    409,
    expect.stringContaining('cancel or move what takes it'),
  ])
  await clinic.send('POST', `Appointment/${pending?.id}/$cancel`, { resourceType: 'Parameters' })
})

test('a leap second is told to be none of the clinic’s clock', async () => {
  const odd = at('10:00', 1).replace(':00+', ':60+')
  const refused = await clinic.send('POST', 'Appointment', visit(anna, patient('three'), odd, at('10:30', 1)))
  expect([refused.status, told(refused)]).toEqual([422, expect.stringContaining('leap second')])
})

test('what is here may be named by its whole URL in every parameter', async () => {
  const { body } = await find({
    practitioner: { valueReference: { reference: `${server.base}/Practitioner/anna` } },
  })
  expect(body.total).toBeGreaterThan(0)
  const unknown = await find({
    practitioner: { valueReference: { reference: 'https://a.example/Practitioner/anna' } },
  })
  expect(unknown.status).toBe(400)
})

test('a reason needs its system, a patient-resource is a Patient', async () => {
  expect((await find({ reason: '22253000' })).status).toBe(400)
  const wrong = await find({ 'patient-resource': { resource: { resourceType: 'Practitioner' } } })
  expect([wrong.status, told(wrong)]).toEqual([400, expect.stringContaining('of the type Patient')])
})

test('Argonaut names appointments and patients by uri; what was asked for stays with the visit, as IHE has it', async () => {
  const [offer] = appointmentsOf(await find({ 'visit-type': codeOf(generalPractice) }))
  const held = await clinic.send(
    'POST',
    'Appointment/$hold',
    parameters({ 'appt-id': { valueUri: `${server.base}/Appointment/${offer?.id}` } }),
  )
  const [hold] = appointmentsOf(held)
  expect(hold).toMatchObject({ status: 'pending', requestedPeriod: offer?.requestedPeriod })
  const booked = await clinic.send(
    'POST',
    'Appointment/$book',
    parameters({
      'appt-id': { valueUri: `Appointment/${hold?.id}` },
      'patient-id': { valueUri: 'Patient/three' },
    }),
  )
  const [done] = appointmentsOf(booked)
  expect(done).toMatchObject({ id: hold?.id, status: 'booked', requestedPeriod: offer?.requestedPeriod })
  expect(JSON.stringify(done?.participant)).toContain('"Patient/three"')
  const elsewhere = { 'appt-id': { valueUri: `https://other.example/fhir/Appointment/${hold?.id}` } }
  expect((await clinic.send('POST', 'Appointment/$book', parameters(elsewhere))).status).toBe(400)
})

test('offers and bookings are of IHE’s profile, which /metadata names; a patient’s appointments are counted unasked', async () => {
  const profile = 'https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/ihe-sched-appt'
  const [offer] = appointmentsOf(await find({ 'patient-reference': { valueReference: patient('two') } }))
  const validate = (resource: object) =>
    clinic.send('POST', `Appointment/$validate?profile=${encodeURIComponent(profile)}`, resource)
  const [booked] = appointmentsOf(
    await clinic.send('POST', 'Appointment/$book', parameters({ 'appt-id': { valueUri: offer?.id } })),
  )
  for (const one of [offer, booked])
    expect(JSON.stringify((await validate(one as FhirResource)).body.issue)).not.toContain('"error"')
  const { requestedPeriod: _, ...bare } = booked as FhirResource
  expect(JSON.stringify((await validate(bare)).body.issue)).toContain('requestedPeriod')
  const { body } = await clinic.send('GET', 'metadata')
  const { supportedProfile } = body.rest[0].resource.find(
    ({ type }: { type: string }) => type === 'Appointment',
  )
  expect(supportedProfile).toContain(profile)
  const found = await clinic.send('GET', 'Appointment?patient=two&_count=1')
  const all = await clinic.send('GET', 'Appointment?patient=two&_count=100')
  expect(found.body.total).toBe(all.body.entry.length)
  expect((await clinic.send('GET', 'Appointment?patient=two&_total=none')).body).not.toHaveProperty('total')
})

test('$book refuses what is over, and what nobody could book', async () => {
  const [offer] = appointmentsOf(await find({ 'visit-type': codeOf(generalPractice) }))
  const byId = (id: unknown) =>
    clinic.send('POST', 'Appointment/$book', parameters({ 'appt-id': { valueUri: `Appointment/${id}` } }))
  const { id: _, ...resource } = offer as FhirResource
  for (const status of ['booked', 'fulfilled', 'noshow', 'entered-in-error']) {
    const refused = await clinic.send('POST', 'Appointment/$book', {
      resourceType: 'Parameters',
      parameter: [{ name: 'appointment-resource', resource: { ...resource, status } }],
    })
    expect([refused.status, told(refused)]).toEqual([400, expect.stringContaining('with status pending')])
  }
  const held = await clinic.send(
    'POST',
    'Appointment/$hold',
    parameters({ 'appt-id': { valueUri: offer?.id } }),
  )
  const [hold] = appointmentsOf(held)
  await clinic.send('POST', `Appointment/${hold?.id}/$cancel`, { resourceType: 'Parameters' })
  const [outcome, ...more] = appointmentsOf(await byId(hold?.id))
  expect([outcome?.resourceType, more]).toEqual(['OperationOutcome', []])
  expect(JSON.stringify(outcome)).toContain('is cancelled and cannot be booked')
})

function codeOf({ coding }: typeof generalPractice) {
  return coding.map(({ system, code }) => `${system}|${code}`).join()
}
