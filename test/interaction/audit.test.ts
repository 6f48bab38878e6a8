import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { auditTrail, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic({ settings: { conditionalDeleteMultiple: true } })
})
afterAll(() => clinic[Symbol.asyncDispose]())

async function newEvents(deed: () => Promise<unknown>): Promise<readonly Resource[]> {
  const before = new Set((await auditTrail(clinic.database)).map(({ id }) => id))
  await deed()
  return (await auditTrail(clinic.database)).filter(({ id }) => !before.has(id))
}

const brief = (event: Resource | undefined) => {
  const [subtype] = (event?.subtype ?? []) as { code: string }[]
  return `${subtype?.code} ${event?.action} ${event?.outcome}`
}

test.each([
  ['POST /Patient', { body: patient('A') }, 'create C 0'],
  ['PUT /Patient/new', { body: patient('A', { id: 'new' }) }, 'create C 0'],
  ['PUT /Patient/a1', { body: patient('A', { id: 'a1' }) }, 'update U 0'],
  ['GET /Patient/a1', {}, 'read R 0'],
  ['GET /Patient/a1', { ifNoneMatch: '*' }, 'read R 0'],
  ['GET /Patient/a1/_history/1', {}, 'vread R 0'],
  ['GET /Patient/a1/_history', {}, 'history-instance R 0'],
  ['GET /Patient?_id=a1', {}, 'search-type E 0'],
  ['DELETE /Patient/a1', {}, 'delete D 0'],
  ['DELETE /Patient/nobody', {}, 'delete D 0'],
  ['GET /Patient/nobody', {}, 'read R 4'],
  ['POST /Patient', { body: patient('A', { birthDate: 'x' }) }, 'create C 4'],
  ['PUT /Patient/a1', { body: patient('A', { id: 'a1' }), ifMatch: 'W/"9"' }, 'update U 4'],
  ['GET /Patient/a1', { as: principal('system/Observation.rs') }, 'read R 4'],
  [
    'POST /Patient',
    { body: patient('A', { managingOrganization: { reference: 'Organization/none' } }) },
    'create C 4',
  ],
])('%s %o leaves one event: %s', async (line, sending, expected) => {
  await clinic.send('PUT /Patient/a1', { body: patient('A', { id: 'a1' }) })
  const events = await newEvents(() => clinic.send(line, sending))
  expect(events.map(brief)).toEqual([expected])
})

test('an event names the version that was written and whose it is', async () => {
  await clinic.send('PUT /Patient/a1', { body: patient('A', { id: 'a1' }) })
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/a1' },
  }
  const [event] = await newEvents(() => clinic.send('POST /Observation', { body: observation }))
  const references = ((event?.entity ?? []) as { what?: { reference?: string } }[]).map(
    ({ what }) => what?.reference,
  )
  expect(references).toContain('Patient/a1')
  expect(references.some((reference) => /^Observation\/.+\/_history\/1$/.test(reference ?? ''))).toBe(true)
})

test('a conditional delete of several leaves an event for each', async () => {
  for (let index = 0; index < 3; index++) {
    await clinic.send('POST /Patient', { body: patient('A', { identifier: [{ value: 'x' }] }) })
  }
  const events = await newEvents(() => clinic.send('DELETE /Patient?identifier=x'))
  expect(events.map(brief)).toEqual(['search-type E 0', ...Array(3).fill('delete D 0')])
})

test('a client may file an AuditEvent under its own name, never in that of the server', async () => {
  const event = {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    recorded: '2026-03-01T09:30:00Z',
    agent: [{ requestor: true }],
    source: { observer: { identifier: { value: 'test-app' } } },
  }
  const { status, text, json } = await clinic.send('POST /AuditEvent', { body: event })
  expect(status).toBe(201)
  const forged = { ...event, source: { observer: { identifier: { value: 'http://127.0.0.1:8080/fhir' } } } }
  expect((await clinic.send('POST /AuditEvent', { body: forged })).status).toBe(403)
  expect((await clinic.send(`GET /AuditEvent/${json.id}`)).text).toBe(text)
  expect((await clinic.send(`GET /AuditEvent?_id=${json.id}&_total=accurate`)).json.total).toBe(1)
  expect(
    (await clinic.send('POST /AuditEvent', { body: event, as: principal('system/AuditEvent.rs') })).status,
  ).toBe(403)
})

const entitiesOf = (event: Resource | undefined) =>
  (event?.entity ?? []) as { role?: { code: string }; what?: { reference?: string }; query?: string }[]
const patientsOf = (events: readonly Resource[]) =>
  events
    .flatMap((event) => entitiesOf(event).filter(({ role }) => role?.code === '1'))
    .map(({ what }) => what?.reference)
    .sort()

async function visit(id: string, ...patients: string[]): Promise<void> {
  const participant = patients.map((one) => ({ actor: { reference: `Patient/${one}` }, status: 'accepted' }))
  await clinic.send(`PUT /Appointment/${id}`, {
    body: { resourceType: 'Appointment', id, status: 'proposed', participant },
  })
}

test('a search leaves an event for each patient whose data it shows', async () => {
  for (const id of ['p1', 'p2', 'p3']) await clinic.send(`PUT /Patient/${id}`, { body: patient(id, { id }) })
  await visit('v1', 'p1', 'p2')
  await visit('v2', 'p2', 'p3')
  const events = await newEvents(() => clinic.send('GET /Appointment?_id=v1,v2'))
  expect(patientsOf(events)).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3'])
  expect(new Set(events.map((event) => entitiesOf(event).length))).toEqual(new Set([3]))
})

test('each page is an event, and counts its own patients', async () => {
  const first = await clinic.send('GET /Appointment?_id=v1,v2&_count=1')
  const next = (first.json.link as { relation: string; url: string }[]).find(
    ({ relation }) => relation === 'next',
  )
  const events = await newEvents(() =>
    clinic.send(`GET ${next?.url.slice('http://127.0.0.1:8080/fhir'.length)}`),
  )
  expect(patientsOf(events)).toEqual(['Patient/p2', 'Patient/p3'])
})

test('what an include brings counts too', async () => {
  const events = await newEvents(() => clinic.send('GET /Patient?_id=p1&_revinclude=Appointment:patient'))
  expect(patientsOf(events)).toEqual(['Patient/p1', 'Patient/p2'])
})

test('a search about a patient that finds nothing is about the patient', async () => {
  const events = await newEvents(() => clinic.send('GET /Observation?patient=p3'))
  expect(patientsOf(events)).toEqual(['Patient/p3'])
})

test('a read names the version that it gave, and the patients in it', async () => {
  const events = await newEvents(() => clinic.send('GET /Appointment/v1'))
  expect(patientsOf(events)).toEqual(['Patient/p1', 'Patient/p2'])
  expect(entitiesOf(events[0])[0]?.what?.reference).toBe('Appointment/v1/_history/1')
})

test('a delete names the patient whose data went', async () => {
  const events = await newEvents(() => clinic.send('DELETE /Appointment/v2'))
  expect(patientsOf(events)).toEqual(['Patient/p2', 'Patient/p3'])
})

test('a conditional request is its search and its effect, once each', async () => {
  const body = patient('Conditional', { identifier: [{ system: 'urn:n', value: '1' }] })
  const condition = 'identifier=urn:n|1'
  const made = await newEvents(() => clinic.send('POST /Patient', { body, ifNoneExist: condition }))
  expect(made.map(brief).sort()).toEqual(['create C 0', 'search-type E 0'])
  const found = await newEvents(() => clinic.send(`PUT /Patient?${condition}`, { body }))
  expect(found.map(brief).sort()).toEqual(['search-type E 0', 'update U 0'])
  const query = entitiesOf(found.find(({ action }) => action === 'E'))[0]?.query ?? ''
  expect(Buffer.from(query, 'base64').toString()).toContain('/Patient?identifier=urn:n|1')
})

test('reading the log leaves one event, however many patients it names', async () => {
  const events = await newEvents(() => clinic.send('GET /AuditEvent?_count=50'))
  expect(events.map(brief)).toEqual(['search-type E 0'])
})
