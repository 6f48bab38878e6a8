import { expect, test } from 'vitest'
import type { AuditFact } from '#audit/audit-fact.ts'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import { canonicalJson } from '#fhir/canonical-json.ts'

const fact: AuditFact = {
  id: '0199aaaa-0000-7000-8000-000000000001',
  when: new Date('2026-03-04T05:06:07.089Z'),
  interaction: 'read',
  method: 'GET',
  status: 200,
  base: 'https://clinic.example/fhir',
  requestId: 'req-1',
  address: '192.0.2.7',
  principal: { clientId: 'desk', tokenId: 'token-1' },
}

type Entity = Record<string, unknown>
const entitiesOf = (changes: Partial<AuditFact>) =>
  buildAuditEvent({ ...fact, ...changes }).entity as Entity[]

test('a read tells who, when, from where and which version of what', () => {
  expect(buildAuditEvent({ ...fact, type: 'Appointment', resourceId: 'a1', version: 3 })).toEqual({
    resourceType: 'AuditEvent',
    id: '0199aaaa-0000-7000-8000-000000000001',
    meta: { versionId: '1', lastUpdated: '2026-03-04T05:06:07.089Z' },
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
    action: 'R',
    recorded: '2026-03-04T05:06:07.089Z',
    outcome: '0',
    agent: [
      {
        type: { coding: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110152' }] },
        who: { identifier: { value: 'desk' } },
        requestor: true,
        network: { address: '192.0.2.7', type: '2' },
        policy: ['urn:ietf:params:oauth:jti:token-1'],
      },
      {
        type: { coding: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110153' }] },
        who: { identifier: { value: 'https://clinic.example/fhir' } },
        requestor: false,
        network: { address: 'https://clinic.example/fhir', type: '5' },
      },
    ],
    purposeOfEvent: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HOPERAT' }] },
    ],
    source: { observer: { identifier: { value: 'https://clinic.example/fhir' } } },
    entity: [
      {
        what: { reference: 'Appointment/a1/_history/3' },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '4' },
      },
      {
        what: { identifier: { value: 'req-1' } },
        type: {
          system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
          code: 'XrequestId',
        },
      },
    ],
  })
})

test.each([
  ['create', 'C'],
  ['vread', 'R'],
  ['history-instance', 'R'],
  ['update', 'U'],
  ['patch', 'U'],
  ['delete', 'D'],
  ['search-type', 'E'],
  ['history-type', 'E'],
  ['transaction', 'E'],
  ['operation', 'E'],
])('%s has action %s and its own subtype', (interaction, action) => {
  const event = buildAuditEvent({ ...fact, interaction })
  expect(event.action).toBe(action)
  expect(event.subtype).toEqual([{ system: 'http://hl7.org/fhir/restful-interaction', code: interaction }])
})

test.each([
  ['create', '110153', '110152', 'AUT'],
  ['read', '110152', '110153', 'IRCP'],
  ['vread', '110152', '110153', 'IRCP'],
  ['update', '110153', '110152', 'AUT'],
  ['patch', '110153', '110152', 'AUT'],
  ['delete', '110150', 'custodian', 'AUT'],
  ['search-type', '110153', '110152', 'IRCP'],
])('in a %s the client is %s, the server %s and the user %s', (interaction, ...types) => {
  const principal = { clientId: 'app', tokenId: 't', fhirUser: 'Practitioner/7' }
  const agents = buildAuditEvent({ ...fact, interaction, principal }).agent as {
    type: { coding: { code: string }[] }
  }[]
  expect(agents.map(({ type }) => type.coding[0]?.code)).toEqual(types)
})

test.each([
  [200, '0', undefined],
  [404, '4', 'HTTP 404'],
  [500, '8', 'HTTP 500'],
  [503, '12', 'HTTP 503'],
])('an answer of %i has outcome %s', (status, outcome, outcomeDesc) => {
  const event = buildAuditEvent({ ...fact, status })
  expect(event.outcome).toBe(outcome)
  expect(event.outcomeDesc).toBe(outcomeDesc)
})

test('a PUT that creates is logged as a creation by PUT', () => {
  const event = buildAuditEvent({
    ...fact,
    interaction: 'update',
    method: 'PUT',
    status: 201,
    type: 'Slot',
    resourceId: 's1',
    version: 1,
  })
  expect(event.action).toBe('C')
  expect(event.subtype).toEqual([{ system: 'http://hl7.org/fhir/restful-interaction', code: 'create' }])
  expect((event.entity as Entity[])[0]?.description).toBe('PUT')
})

test('a user asks through a client: the user is the requestor, the client is not', () => {
  const principal = { clientId: 'app', tokenId: 't', fhirUser: 'Practitioner/7' }
  const agents = buildAuditEvent({ ...fact, principal }).agent as Entity[]
  expect(agents.map(({ requestor }) => requestor)).toEqual([false, false, true])
  expect(agents[2]?.who).toEqual({ reference: 'Practitioner/7' })
  expect(agents[2]).not.toHaveProperty('network')
})

test('someone without a token is logged by address alone', () => {
  const agents = buildAuditEvent({ ...fact, principal: undefined, status: 401 }).agent as Entity[]
  expect(agents).toHaveLength(2)
  expect(agents[0]).not.toHaveProperty('who')
  expect(agents[0]).toMatchObject({ requestor: true, network: { address: '192.0.2.7' } })
})

test('a search keeps its text as data, and an entity never has both name and query', () => {
  const [entity] = entitiesOf({
    interaction: 'search-type',
    type: 'Patient',
    query: [
      ['family', 'Löwe & "x"'],
      ['_count', '5'],
    ],
  })
  expect(entity).not.toHaveProperty('name')
  expect(entity).not.toHaveProperty('what')
  expect(Buffer.from(entity?.query as string, 'base64').toString()).toBe(
    'GET https://clinic.example/fhir/Patient?family=L%C3%B6we%20%26%20%22x%22&_count=5',
  )
})

test('a search for everything is a search as well', () => {
  const [entity] = entitiesOf({ interaction: 'search-type', type: 'Patient' })
  expect(Buffer.from(entity?.query as string, 'base64').toString()).toBe(
    'GET https://clinic.example/fhir/Patient',
  )
})

test('a token in a URL does not reach the log', () => {
  const [entity] = entitiesOf({
    interaction: 'search-type',
    type: 'Patient',
    query: [['access_token', 'secret']],
  })
  expect(Buffer.from(entity?.query as string, 'base64').toString()).not.toContain('secret')
})

test('nobody fills the log with one endless search', () => {
  const [entity] = entitiesOf({
    interaction: 'search-type',
    type: 'Patient',
    query: [['name', 'x'.repeat(1e6)]],
  })
  expect(String(entity?.query).length).toBeLessThan(12_000)
})

test.each([
  ['reading a Patient', { type: 'Patient', resourceId: 'p1' }],
  ['being told the patient', { type: 'Observation', resourceId: 'o1', patient: 'p1' }],
  ['a token in the context of a patient', { principal: { clientId: 'a', tokenId: 't', patient: 'p1' } }],
])('%s names the patient', (_, changes) => {
  expect(entitiesOf(changes)).toContainEqual({
    what: { reference: 'Patient/p1' },
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1' },
    role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1' },
  })
})

test.each([
  ['hold', 200, 'C', ['create', 'ITI-116']],
  ['book', 200, 'C', ['create', 'ITI-117']],
  ['book', 409, 'E', ['operation']],
  ['find', 200, 'E', ['operation', 'ITI-115']],
])('$%s answered with %i has the codes of IHE Scheduling', (operation, status, action, codes) => {
  const event = buildAuditEvent({ ...fact, interaction: 'operation', operation, type: 'Appointment', status })
  expect(event.action).toBe(action)
  expect((event.subtype as { code: string }[]).map(({ code }) => code)).toEqual(codes)
})

test('an operation is named', () => {
  expect(
    entitiesOf({ interaction: 'operation', operation: 'everything', type: 'Patient', resourceId: 'p1' })[0],
  ).toMatchObject({ description: '$everything', what: { reference: 'Patient/p1' } })
})

const manyFacts: [string, Partial<AuditFact>][] = [
  ['a read', { type: 'Patient', resourceId: 'p1', version: 2 }],
  ['a search', { interaction: 'search-type', type: 'Patient', query: [['name', '"\\\u007f ü 𝒳']] }],
  ['a refusal', { status: 403, principal: undefined }],
  ['an operation', { interaction: 'operation', operation: 'meta', type: 'Patient', resourceId: 'p1' }],
  [
    'a delete of a user',
    {
      interaction: 'delete',
      principal: { clientId: 'ä"\\', tokenId: 't', fhirUser: 'Patient/1', roles: ['patient'] },
    },
  ],
]

test.each(manyFacts)('the text of %s is in canonical form as it is built', (_, changes) => {
  const event = buildAuditEvent({ ...fact, ...changes })
  expect(JSON.stringify(event)).toBe(canonicalJson(JSON.parse(JSON.stringify(event))))
})

test.each([
  [{ fhirUser: 'Patient/1' }, 'PATRQT'],
  [{ fhirUser: 'RelatedPerson/1' }, 'FAMRQT'],
  [{ fhirUser: 'Practitioner/1' }, 'TREAT'],
  [{ fhirUser: 'Practitioner/1', roles: ['front-desk'] }, 'HOPERAT'],
  [{ fhirUser: 'Practitioner/1', roles: ['auditor'] }, 'HCOMPL'],
  [{ fhirUser: 'Practitioner/1', roles: ['clinic-admin'] }, 'HSYSADMIN'],
  [{ fhirUser: 'Practitioner/1', purpose: 'ETREAT' }, 'ETREAT'],
  [{}, 'HOPERAT'],
])('what %o asks has the purpose %s', (who, code) => {
  const principal = { clientId: 'app', tokenId: 't', ...who }
  expect(buildAuditEvent({ ...fact, principal }).purposeOfEvent).toEqual([
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }] },
  ])
})
