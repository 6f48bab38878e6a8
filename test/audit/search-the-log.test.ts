import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let system: Call
let id: string

/** An event in which every search parameter finds something; filed by the app that observed it. */
const event = {
  resourceType: 'AuditEvent',
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
  action: 'R',
  recorded: '2026-03-04T05:06:07Z',
  outcome: '4',
  agent: [
    {
      role: [{ coding: [{ system: 'urn:r', code: 'clerk' }] }],
      who: { reference: 'Practitioner/d1', identifier: { system: 'urn:a', value: 'agent-1' } },
      altId: 'alt-1',
      name: 'Ada Lovelace',
      requestor: true,
      policy: ['urn:policy:1'],
      network: { address: '192.0.2.77', type: '2' },
    },
    { who: { reference: 'Patient/p1' }, requestor: false },
  ],
  source: { site: 'ward-7', observer: { identifier: { system: 'urn:o', value: 'test' } } },
  entity: [
    {
      what: { reference: 'Patient/p2', identifier: { system: 'urn:e', value: 'entity-1' } },
      type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1' },
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1' },
      name: 'a record',
    },
  ],
}

beforeAll(async () => {
  server = await startTestServer()
  system = await callerOf(server, { scope: 'system/*.cruds' })
  for (const patient of ['p1', 'p2'])
    await system('PUT', `/Patient/${patient}`, {
      resourceType: 'Patient',
      id: patient,
      identifier: [{ system: 'urn:mrn', value: patient }],
    })
  const identifier = [{ system: 'urn:a', value: 'agent-1' }]
  await system('PUT', '/Practitioner/d1', { resourceType: 'Practitioner', id: 'd1', identifier })
  const { status, body } = await system('POST', '/AuditEvent', event)
  expect(status).toBe(201)
  id = body.id
})
afterAll(() => server[Symbol.asyncDispose]())

const finds = async (query: string) =>
  ((await system('GET', `/AuditEvent?_count=500&${query}`)).body.entry ?? []).some(
    ({ resource }: { resource: { id: string } }) => resource.id === id,
  )

test.each([
  ['date=2026-03-04', 'date=2026-03-05'],
  ['_lastUpdated=ge2020', '_lastUpdated=le2020'],
  ['address=192.0.2.77', 'address=192.0.2.78'],
  ['agent.identifier=urn:a|agent-1', 'agent.identifier=urn:a|agent-2'],
  ['agent:identifier=urn:a|agent-1', 'agent:identifier=urn:a|agent-2'],
  ['agent=Practitioner/d1', 'agent=Practitioner/d2'],
  ['agent-name=ada', 'agent-name=bob'],
  ['agent-role=clerk', 'agent-role=nurse'],
  ['altid=alt-1', 'altid=alt-2'],
  ['patient=Patient/p2', 'patient=Patient/p3'],
  ['patient=Patient/p1', 'patient=Patient/p3'],
  ['patient.identifier=urn:mrn|p2', 'patient.identifier=urn:mrn|p3'],
  ['entity=Patient/p2', 'entity=Patient/p1'],
  ['entity:identifier=urn:e|entity-1', 'entity:identifier=urn:e|entity-2'],
  ['entity-type=1', 'entity-type=2'],
  ['entity-role=1', 'entity-role=24'],
  ['entity-name=a%20rec', 'entity-name=b'],
  ['source:identifier=urn:o|test', 'source:identifier=urn:o|other'],
  ['site=ward-7', 'site=ward-8'],
  ['type=rest', 'type=110114'],
  ['subtype=read', 'subtype=create'],
  ['action=R', 'action=C'],
  ['outcome=4', 'outcome=8'],
  ['policy=urn:policy:1', 'policy=urn:policy:2'],
])('the log is searched by %s', async (hit, miss) => {
  expect(await finds(hit)).toBe(true)
  expect(await finds(miss)).toBe(false)
})

test('by date, the pages of a log that grows meanwhile neither repeat nor skip', async () => {
  const seen: string[] = []
  let url = '/AuditEvent?_sort=date&_count=5'
  for (let page = 0; page < 6; page++) {
    const { body } = await system('GET', url)
    seen.push(...(body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id))
    const next = body.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
    if (next === undefined) break
    url = next.slice(server.base.length)
  }
  expect(seen.length).toBeGreaterThan(20)
  expect(new Set(seen).size).toBe(seen.length)
})

test('events come with a patient to nobody who may not search the log', async () => {
  const doctor = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/d1' })
  const { status, body } = await doctor('GET', '/Patient?_id=p2&_revinclude=AuditEvent:patient')
  if (status === 200)
    expect(
      (body.entry ?? []).map(({ resource }: { resource: { resourceType: string } }) => resource.resourceType),
    ).not.toContain('AuditEvent')
  else expect(status).toBe(403)
  const auditor = await callerOf(server, { scope: 'system/Patient.rs system/AuditEvent.rs' })
  const own = await auditor('GET', '/Patient?_id=p2&_revinclude=AuditEvent:patient')
  expect(JSON.stringify(own.body)).toContain('"AuditEvent"')
})

test('an event has one version and is never another', async () => {
  expect((await system('GET', `/AuditEvent/${id}/_history/1`)).status).toBe(200)
  expect((await system('GET', `/AuditEvent/${id}/_history/2`)).status).toBe(404)
  expect((await system('GET', `/AuditEvent/${id}/_history`)).body.entry).toHaveLength(1)
  for (const method of ['PUT', 'PATCH', 'DELETE'])
    expect(
      (await system(method, `/AuditEvent/${id}`, method === 'DELETE' ? undefined : { ...event, id })).status,
    ).toBe(405)
})
