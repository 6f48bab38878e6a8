import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPrincipal } from '#access/create-principal.ts'
import type { Resource } from '#fhir/resource.ts'
import { createKeptProvenanceRule } from '#interaction/check-kept-provenance.ts'
import { ownRequest } from '../../src/scheduling/own-request.ts'
import { auditTrail, type Clinic, definitions, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic({ rules: [createKeptProvenanceRule()] })
  await clinic.send('PUT /Organization/lab', {
    body: { resourceType: 'Organization', id: 'lab', name: 'Lab' },
  })
  for (const id of ['p1', 'child']) await clinic.send(`PUT /Patient/${id}`, { body: patient(id, { id }) })
  await clinic.send('PUT /RelatedPerson/mother', {
    body: { resourceType: 'RelatedPerson', id: 'mother', patient: { reference: 'Patient/child' } },
  })
})
afterAll(() => clinic[Symbol.asyncDispose]())

const sent = JSON.stringify({
  resourceType: 'Provenance',
  recorded: '2026-03-01T09:30:00Z',
  agent: [{ who: { reference: 'Organization/lab' } }],
})
const result = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/p1' },
}

async function told(target: string): Promise<readonly Resource[]> {
  const { json } = await clinic.send(`GET /Provenance?target=${target}`)
  return ((json.entry ?? []) as { resource: Resource }[]).map(({ resource }) => resource)
}

test('a Provenance in the header is stored with what was written, and names its version', async () => {
  const { status, json } = await clinic.send('POST /Observation', { body: result, provenance: sent })
  expect(status).toBe(201)
  const [created, ...others] = await told(`Observation/${json.id}`)
  expect(others).toEqual([])
  expect(created).toMatchObject({
    ...JSON.parse(sent),
    target: [{ reference: `Observation/${json.id}/_history/1` }],
  })
  await clinic.send(`PUT /Observation/${json.id}`, { body: { ...result, id: json.id }, provenance: sent })
  const targets = (await told(`Observation/${json.id}`)).map(({ target }) => target)
  expect(targets).toContainEqual([{ reference: `Observation/${json.id}/_history/2` }])
  const patch = { body: [{ op: 'add', path: '/issued', value: '2026-03-01T09:30:00Z' }], provenance: sent }
  await clinic.send(`PATCH /Observation/${json.id}`, { ...patch, mediaType: 'application/json-patch+json' })
  expect(await told(`Observation/${json.id}`)).toHaveLength(3)
})

test('what came along is in the audit trail of the same request', async () => {
  const before = new Set((await auditTrail(clinic.database)).map(({ id }) => id))
  const { json } = await clinic.send('POST /Observation', { body: result, provenance: sent })
  const [provenance] = await told(`Observation/${json.id}`)
  const events = (await auditTrail(clinic.database)).filter(({ id }) => !before.has(id))
  const created = events.filter(({ action }) => action === 'C').map(({ entity }) => JSON.stringify(entity))
  expect(created).toHaveLength(2)
  expect(created.some((entity) => entity.includes(`Provenance/${provenance?.id}/_history/1`))).toBe(true)
})

test.each([
  ['no JSON', '{"resourceType":', 400, 'X-Provenance is not JSON'],
  ['another resource', '{"resourceType":"Patient"}', 400, 'holds a Provenance'],
  ['no object', '[]', 400, 'holds a Provenance'],
  ['a target of its own', sent.replace('{', '{"target":[{"reference":"Patient/p1"}],'), 400, 'target'],
  ['letters that are no ASCII', sent.replace('lab', 'läb'), 400, 'ASCII'],
  ['no agent', '{"resourceType":"Provenance","recorded":"2026-03-01T09:30:00Z"}', 422, 'agent'],
  ['an agent who is not there', sent.replace('lab', 'nobody'), 422, 'There is no Organization/nobody'],
])('with %s in the header nothing is written', async (_, provenance, status, words) => {
  const body = patient('Unwritten', { identifier: [{ value: provenance.slice(0, 30) }] })
  const answer = await clinic.send('POST /Patient', { body, provenance })
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(words)
  expect((await clinic.send('GET /Patient?family=Unwritten&_total=accurate')).json.total).toBe(0)
})

test('who may not create a Provenance may not send one along', async () => {
  const as = principal('system/Patient.cruds')
  const answer = await clinic.send('POST /Patient', { body: patient('Unwritten'), provenance: sent, as })
  expect(answer.status).toBe(403)
  expect((await clinic.send('GET /Patient?family=Unwritten&_total=accurate')).json.total).toBe(0)
})

test('a header that would be lost is refused', async () => {
  await clinic.send('PUT /Patient/p2', { body: patient('Two', { id: 'p2' }) })
  const answer = await clinic.send('DELETE /Patient/p2', { provenance: sent })
  expect(answer.status).toBe(400)
  expect((await clinic.send('GET /Patient/p2')).status).toBe(200)
})

test('a create that finds what it would make writes no Provenance', async () => {
  const ifNoneExist = 'identifier=urn:mrn|7'
  const body = patient('Once', { identifier: [{ system: 'urn:mrn', value: '7' }] })
  const { json } = await clinic.send('POST /Patient', { body, ifNoneExist, provenance: sent })
  expect((await clinic.send('POST /Patient', { body, ifNoneExist, provenance: sent })).status).toBe(200)
  expect(await told(`Patient/${json.id}`)).toHaveLength(1)
})

test('a Provenance stays as it was written', async () => {
  const body = { ...JSON.parse(sent), id: 'kept', target: [{ reference: 'Patient/p1' }] }
  expect((await clinic.send('PUT /Provenance/kept', { body })).status).toBe(201)
  const changed = { ...body, recorded: '2026-03-02T09:30:00Z' }
  expect((await clinic.send('PUT /Provenance/kept', { body: changed })).status).toBe(403)
  expect((await clinic.send('DELETE /Provenance/kept')).status).toBe(405)
  const patch = [{ op: 'replace', path: '/recorded', value: '2026-03-02T09:30:00Z' }]
  const mediaType = 'application/json-patch+json'
  expect((await clinic.send('PATCH /Provenance/kept', { body: patch, mediaType })).status).toBe(405)
  expect((await clinic.send('GET /Provenance/kept')).json).toMatchObject(body)
})

const claims = { tenant: 'main', clientId: 'portal', tokenId: 'token-2', scope: 'patient/*.cruds' }
const letter = (subject: string, sender: string) => ({
  resourceType: 'Communication',
  status: 'completed',
  subject: { reference: subject },
  sender: { reference: sender },
  payload: [{ contentString: 'When may I come?' }],
})

test('what patients write says so', async () => {
  const as = createPrincipal({ ...claims, patient: 'p1', fhirUser: 'Patient/p1' }, definitions)
  const { json } = await clinic.send('POST /Communication', { body: letter('Patient/p1', 'Patient/p1'), as })
  expect(await told(`Communication/${json.id}`)).toMatchObject([
    {
      target: [{ reference: `Communication/${json.id}/_history/1` }],
      recorded: (json.meta as { lastUpdated: string }).lastUpdated,
      activity: { coding: [{ code: 'CREATE' }] },
      agent: [{ who: { reference: 'Patient/p1' }, type: { coding: [{ code: 'author' }] } }],
    },
  ])
})

test('what patients change names the version that it was made of', async () => {
  const as = createPrincipal({ ...claims, patient: 'p1', fhirUser: 'Patient/p1' }, definitions)
  const body = patient('p1', { id: 'p1', telecom: [{ system: 'phone', value: '1' }] })
  expect((await clinic.send('PUT /Patient/p1', { body, as })).status).toBe(200)
  const changes = (await told('Patient/p1')).filter(({ entity }) => entity !== undefined)
  expect(changes).toMatchObject([
    {
      target: [{ reference: 'Patient/p1/_history/2' }],
      activity: { coding: [{ code: 'UPDATE' }] },
      entity: [{ role: 'revision', what: { reference: 'Patient/p1/_history/1' } }],
    },
  ])
})

test('who writes for somebody else is told with whom they stand for', async () => {
  const as = createPrincipal({ ...claims, patient: 'child', fhirUser: 'RelatedPerson/mother' }, definitions)
  const body = letter('Patient/child', 'RelatedPerson/mother')
  const { json } = await clinic.send('POST /Communication', { body, as })
  const [provenance] = await told(`Communication/${json.id}`)
  expect(provenance?.agent).toMatchObject([
    { who: { reference: 'RelatedPerson/mother' }, onBehalfOf: { reference: 'Patient/child' } },
  ])
})

test('what a rule of the server did by itself says so; plain work of the staff has the audit trail alone', async () => {
  const staff = principal('system/*.cruds')
  const { json } = await clinic.send('POST /Appointment', {
    body: {
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: { reference: 'Patient/p1' }, status: 'accepted' }],
    },
  })
  const key = { type: 'Appointment', id: json.id as string }
  expect(await told(`Appointment/${key.id}`)).toEqual([])
  await clinic.database.asSystem('main').transaction(async (tx) => {
    const before = await tx.read(key.type, key.id)
    if (before === undefined) throw new Error('It is there')
    const after: Resource = { ...JSON.parse(before.text), status: 'cancelled' }
    await clinic.road.write({ ...key, method: 'PUT', before, after }, tx, ownRequest('end-holds'), staff)
  })
  const [provenance] = await told(`Appointment/${key.id}`)
  expect(provenance?.agent).toMatchObject([
    { type: { coding: [{ code: 'assembler' }] }, who: { display: 'Almanac, end-holds' } },
  ])
})

test('every Provenance that the server has written is a right one', async () => {
  const { json } = await clinic.send('GET /Provenance?_count=100')
  const entries = json.entry as { resource: Resource }[]
  expect(entries.length).toBeGreaterThan(5)
  for (const { resource } of entries) {
    const { id: _, ...body } = resource
    expect((await clinic.send('POST /Provenance', { body })).status).toBe(201)
  }
})
