import { afterAll, beforeAll, expect, test } from 'vitest'
import { withoutStaff } from '#interaction/operations/without-staff.ts'
import { type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let doctor: Call
let auditor: Call
let patient: Call

beforeAll(async () => {
  server = await startTestServer({ timeZone: 'UTC' })
  const system = await callerOf(server, { scope: 'system/*.cruds' })
  for (const id of ['p1', 'p2']) await system('PUT', `/Patient/${id}`, { resourceType: 'Patient', id })
  await system('PUT', '/Practitioner/d1', { resourceType: 'Practitioner', id: 'd1' })
  await system('PUT', '/Practitioner/a1', { resourceType: 'Practitioner', id: 'a1' })
  doctor = await callerOf(server, { scope: 'user/*.cruds', fhirUser: 'Practitioner/d1' })
  auditor = await callerOf(server, {
    scope: 'user/*.cruds user/AuditEvent.cruds',
    fhirUser: 'Practitioner/a1',
    roles: ['auditor'],
  })
  patient = await callerOf(server, { scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' })
  await visit('proposed', 'p1', 'p2')
  await visit('cancelled', 'p1', 'p2')
  await doctor('GET', '/Appointment/v1')
})
afterAll(() => server[Symbol.asyncDispose]())

function visit(status: string, ...patients: string[]) {
  const participant = patients.map((id) => ({ actor: { reference: `Patient/${id}` }, status: 'accepted' }))
  return doctor('PUT', '/Appointment/v1', { resourceType: 'Appointment', id: 'v1', status, participant })
}

const searched = expect.objectContaining({ code: '24' })
type Entry = { resource: { action: string; agent: object[]; entity: object[]; subtype: { code: string }[] } }
const deedsOf = (body: { entry?: Entry[] }) =>
  (body.entry ?? []).map(({ resource }) => resource.subtype[0]?.code)

test('a patient is told who saw their data, newest first, and nothing of others', async () => {
  const { status, body } = await patient('GET', '/Patient/p1/$disclosures')
  expect(status).toBe(200)
  expect(deedsOf(body)).toEqual(['read', 'update', 'create', 'create'])
  const text = JSON.stringify(body)
  expect(text).not.toContain('Patient/p2')
  expect(text).not.toContain('Practitioner/d1')
  expect(text).toContain('A member of the staff')
})

test('a patient is told of a search that found them, not of whom else it was after', async () => {
  const desk = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/d1' })
  expect((await desk('GET', '/Patient?_id=p1,p2')).status).toBe(200)
  const told = async (caller: Call) => {
    const { body } = await caller('GET', '/Patient/p1/$disclosures?_count=3')
    return (body.entry as Entry[]).find(({ resource }) => resource.subtype[0]?.code === 'search-type')
      ?.resource
  }
  expect((await told(patient))?.entity).toContainEqual(expect.objectContaining({ role: searched }))
  expect(JSON.stringify((await told(patient))?.entity)).not.toContain('"query"')
  const [asked] = ((await told(auditor))?.entity ?? []) as { query?: string }[]
  expect(Buffer.from(asked?.query ?? '', 'base64').toString()).toContain('_id=p1,p2')
})

test('staff without a resource of their own are not told by their account, name or address', () => {
  const person = {
    who: { identifier: { value: 'account-7' } },
    name: 'Rosa',
    network: { address: '10.0.0.7', type: '2' },
    type: {
      coding: [{ code: 'IRCP', system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType' }],
    },
    requestor: true,
  }
  const told = JSON.stringify(withoutStaff({ resourceType: 'AuditEvent', agent: [person] }))
  expect(told).not.toMatch(/account-7|Rosa|10\.0\.0\.7/)
})

test('the log itself, which names the staff, is not a patient’s to search', async () => {
  for (const who of [
    { scope: 'patient/*.rs patient/AuditEvent.rs', patient: 'p1', fhirUser: 'Patient/p1' },
    { scope: 'user/*.rs user/AuditEvent.rs', patient: 'p1', fhirUser: 'RelatedPerson/r1' },
  ]) {
    const caller = await callerOf(server, who)
    expect((await caller('GET', '/AuditEvent?patient=Patient/p1')).status).toBe(403)
    const around = await caller('GET', '/Patient?_id=p1&_revinclude=AuditEvent:patient')
    expect(JSON.stringify(around.body)).not.toContain('Practitioner/d1')
  }
})

test('a patient gets no accounting of another', async () => {
  expect((await patient('GET', '/Patient/p2/$disclosures')).status).toBe(403)
  expect((await doctor('GET', '/Patient/p1/$disclosures')).status).toBe(403)
})

test('an auditor is told names, searches the log, reads no record and changes nothing', async () => {
  const { body } = await auditor('GET', '/Patient/p1/$disclosures?_count=2')
  expect(JSON.stringify(body)).toContain('Practitioner/d1')
  expect(body.entry).toHaveLength(2)
  const next = body.link.find(({ relation }: { relation: string }) => relation === 'next').url
  const second = await auditor('GET', next.slice(server.base.length))
  const ids = [body, second.body].flatMap(({ entry }) =>
    entry.map(({ resource }: { resource: { id: string } }) => resource.id),
  )
  expect(new Set(ids).size).toBe(4)
  const found = await auditor('GET', '/AuditEvent?agent=Practitioner/d1&_sort=-date')
  expect(found.body.entry.length).toBeGreaterThan(2)
  expect((await auditor('GET', '/Appointment/v1')).status).toBe(403)
  const event = found.body.entry[0].resource
  expect((await auditor('PUT', `/AuditEvent/${event.id}`, event)).status).toBe(405)
  expect((await auditor('DELETE', `/AuditEvent/${event.id}`)).status).toBe(405)
})

test('an accounting may be of a period', async () => {
  const later = await auditor('GET', '/Patient/p1/$disclosures?start=2999-01-01')
  expect(later.body.entry ?? []).toEqual([])
  expect(
    (await auditor('GET', '/Patient/p1/$disclosures?start=2020-01-01&end=2999-01-01')).body.entry.length,
  ).toBeGreaterThan(3)
})

test('the life of an appointment tells who did what, and what stood there before and after', async () => {
  const { body } = await doctor('GET', '/Appointment/v1/$timeline')
  const [made, cancelled] = body.parameter.map(({ part }: { part: { name: string }[] }) =>
    Object.fromEntries(part.map(({ name, ...value }) => [name, value])),
  )
  expect(made).toMatchObject({
    version: { valueInteger: 1 },
    deed: { valueCode: 'create' },
    who: { valueReference: { reference: 'Practitioner/d1' } },
    app: { valueString: 'test' },
    purpose: { valueCodeableConcept: { coding: [{ code: 'TREAT' }] } },
  })
  expect(cancelled.change.part).toEqual([
    { name: 'element', valueString: 'status' },
    { name: 'before', valueString: '"proposed"' },
    { name: 'after', valueString: '"cancelled"' },
  ])
  expect(body.parameter).toHaveLength(2)
})

test('its life names what tells of the origin of a version, to who may find that', async () => {
  const header = {
    resourceType: 'Provenance',
    recorded: '2026-03-01T09:30:00Z',
    agent: [{ who: { reference: 'Practitioner/d1' } }],
  }
  const token = await server.token({ scope: 'system/*.cruds' })
  const answer = await fetch(`${server.base}/Appointment`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/fhir+json',
      'x-provenance': JSON.stringify(header),
    },
    body: JSON.stringify({
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: { reference: 'Patient/p2' }, status: 'accepted' }],
    }),
  })
  const { id } = (await answer.json()) as { id: string }
  const told = async (scope: string) => {
    const system = await callerOf(server, { scope })
    const { body } = await system('GET', `/Appointment/${id}/$timeline`)
    return body.parameter[0].part.flatMap(({ name, valueReference }: Origin) =>
      name === 'provenance' ? valueReference.reference : [],
    )
  }
  expect(await told('system/*.rs')).toEqual([expect.stringMatching(/^Provenance\/.+/)])
  expect(await told('system/Appointment.rs')).toEqual([])
})

interface Origin {
  readonly name: string
  readonly valueReference: { readonly reference: string }
}

test('a patient who follows their appointment is not told names of the staff', async () => {
  const { status, body } = await patient('GET', '/Appointment/v1/$timeline')
  expect(status).toBe(200)
  expect(JSON.stringify(body)).not.toContain('Practitioner/d1')
})

test('an appointment that the caller does not see has no life to tell', async () => {
  const other = await callerOf(server, { scope: 'patient/*.rs', patient: 'p3' })
  expect((await other('GET', '/Appointment/v1/$timeline')).status).toBe(404)
})
