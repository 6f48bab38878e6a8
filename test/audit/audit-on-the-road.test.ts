import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let staff: Call

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
interface Event {
  action: string
  outcome: string
  subtype: { code: string }[]
  agent: { who?: { identifier: { value: string } }; network?: { address: string } }[]
  entity: {
    role?: { code: string }
    what?: { reference?: string; identifier?: { value: string } }
    query?: string
  }[]
}

/** Sends one request under an id of its own, and gives the events that the log then has of it. */
async function eventsOf(
  call: Call,
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<Event[]> {
  const requestId = `audited-${++count}`
  await call(method, path, body, { 'x-request-id': requestId, ...headers })
  const { body: found } = await staff('GET', '/AuditEvent?_count=200&_sort=-date')
  const events = (found.entry ?? []).map(({ resource }: { resource: Event }) => resource)
  return events.filter(({ entity }: Event) =>
    entity.some(({ what }) => what?.identifier?.value === requestId),
  )
}

const told = ({ subtype, action, outcome }: Event) => [subtype[0]?.code, action, outcome]

const requests: [string, string, string, object | undefined, unknown[]][] = [
  [
    'an update that creates',
    'PUT',
    '/Patient/a1',
    { resourceType: 'Patient', id: 'a1' },
    ['create', 'C', '0'],
  ],
  [
    'an update',
    'PUT',
    '/Patient/a1',
    { resourceType: 'Patient', id: 'a1', active: true },
    ['update', 'U', '0'],
  ],
  [
    'a patch',
    'PATCH',
    '/Patient/a1',
    [{ op: 'replace', path: '/active', value: false }],
    ['patch', 'U', '0'],
  ],
  ['a create', 'POST', '/Patient', { resourceType: 'Patient' }, ['create', 'C', '0']],
  ['a read', 'GET', '/Patient/a1', undefined, ['read', 'R', '0']],
  ['a read of a version', 'GET', '/Patient/a1/_history/1', undefined, ['vread', 'R', '0']],
  ['a history', 'GET', '/Patient/a1/_history', undefined, ['history-instance', 'R', '0']],
  ['a search', 'GET', '/Patient?name=x', undefined, ['search-type', 'E', '0']],
  ['a delete', 'DELETE', '/Patient/a1', undefined, ['delete', 'D', '0']],
  ['a read of what is gone', 'GET', '/Patient/a1', undefined, ['read', 'R', '4']],
  ['a read of nothing', 'GET', '/Patient/never', undefined, ['read', 'R', '4']],
  [
    'a write that is refused',
    'POST',
    '/Patient',
    { resourceType: 'Patient', active: 'yes' },
    ['create', 'C', '4'],
  ],
]

test.each(requests)('%s leaves one event: %s', async (_, method, path, body, expected) => {
  const events = await eventsOf(staff, method, path, body)
  expect(events.map(told)).toEqual([expected])
  expect(events[0]?.agent[0]?.network?.address).toContain('127.0.0.1')
})

test('an event names the version that was written', async () => {
  await staff('PUT', '/Patient/a2', { resourceType: 'Patient', id: 'a2' })
  const [event] = await eventsOf(staff, 'PUT', '/Patient/a2', {
    resourceType: 'Patient',
    id: 'a2',
    active: true,
  })
  expect(event?.entity[0]?.what).toEqual({ reference: 'Patient/a2/_history/2' })
})

test('a search is kept as it was asked', async () => {
  const [event] = await eventsOf(staff, 'GET', '/Patient?family=L%C3%B6we&_count=3')
  const query = Buffer.from(event?.entity[0]?.query ?? '', 'base64').toString()
  expect(query).toBe(`GET ${server.base}/Patient?family=L%C3%B6we&_count=3`)
})

test('who is refused for want of a scope or of a token is in the log', async () => {
  const reader = await callerOf(server, { scope: 'system/Observation.rs' })
  expect((await eventsOf(reader, 'GET', '/Patient/a2')).map(told)).toEqual([['read', 'R', '4']])
  const stranger = await callerOf(server, '')
  const [event, ...more] = await eventsOf(stranger, 'GET', '/Patient/a2')
  expect(more).toEqual([])
  expect(event?.outcome).toBe('4')
  expect(event?.agent[0]?.who).toBeUndefined()
  expect(event?.agent[1]).toMatchObject({ who: { identifier: { value: server.base } } })
})

test.each([
  ['a parameter with a NUL', '/Patient?birthdate=%00', {}],
  ['a parameter that is no UTF-8', '/Patient?name=%zz', {}],
  ['a format that there is not', '/Patient?_format=word', {}],
])('who cannot be understood for %s is in the log', async (_, path, headers) => {
  const known = await eventsOf(staff, 'GET', path, undefined, headers)
  expect(known.map(told)).toEqual([['search-type', 'E', '4']])
  expect(known[0]?.agent[0]?.who).toBeDefined()
  const [event, ...more] = await eventsOf(await callerOf(server, ''), 'GET', path, undefined, headers)
  expect([event?.outcome, event?.agent[0]?.who, more]).toEqual(['4', undefined, []])
})

test('what somebody unknown asks for is not in the log: they could write anything into it', async () => {
  const [event] = await eventsOf(await callerOf(server, ''), 'GET', '/Patient?family=Insult')
  expect(event && told(event)).toEqual(['search-type', 'E', '4'])
  expect(Buffer.from(event?.entity[0]?.query ?? '', 'base64').toString()).not.toContain('Insult')
})

const queriesOf = (event: Event | undefined) =>
  (event?.entity ?? []).flatMap(({ query }) =>
    query === undefined ? [] : [Buffer.from(query, 'base64').toString()],
  )
const patientsOf = (event: Event | undefined) =>
  (event?.entity ?? []).flatMap(({ role, what }) => (role?.code === '1' ? [what?.reference] : []))

test('a conditional create that meets several leaves its search, and its refusal', async () => {
  const twin = { resourceType: 'Patient', identifier: [{ system: 'urn:twins', value: '1' }] }
  for (let one = 0; one < 2; one++) await staff('POST', '/Patient', twin)
  const events = await eventsOf(staff, 'POST', '/Patient', twin, {
    'if-none-exist': 'identifier=urn:twins|1',
  })
  expect(events.map(told).sort()).toEqual([
    ['create', 'C', '4'],
    ['search-type', 'E', '0'],
  ])
  expect(queriesOf(events.find(({ outcome }) => outcome === '0')).join()).toContain('identifier=urn:twins|1')
})

test('a write that is refused names the patients whom it was about', async () => {
  const subject = { reference: 'Patient/a2' }
  const [event, ...more] = await eventsOf(staff, 'POST', '/Observation', {
    resourceType: 'Observation',
    subject,
  })
  expect(more).toEqual([])
  expect(event?.outcome).toBe('4')
  expect(patientsOf(event)).toEqual(['Patient/a2'])
})

test.each([200, 400])('a search for free times for a patient is a query about them (%s)', async (status) => {
  await staff('PUT', '/Patient/a2', { resourceType: 'Patient', id: 'a2' })
  const [event, ...more] = await eventsOf(staff, 'POST', '/Appointment/$find', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueDateTime: status === 200 ? '2030-01-07' : 'soon' },
      { name: 'end', valueDateTime: '2030-01-08' },
      { name: 'patient-reference', valueReference: { reference: 'Patient/a2' } },
      { name: 'visit-type', valueString: 'urn:v|check' },
    ],
  })
  expect(more).toEqual([])
  expect([event?.outcome, patientsOf(event)]).toEqual([status === 200 ? '0' : '4', ['Patient/a2']])
  expect(queriesOf(event).join()).toMatch(/\$find\?.*patient-reference=Patient\/a2&visit-type=urn:v\|check$/)
})

test('a refused transaction leaves its refusal and none of its successes', async () => {
  const entry = (method: string, url: string, resource?: object) => ({ resource, request: { method, url } })
  const events = await eventsOf(staff, 'POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [entry('POST', 'Patient', { resourceType: 'Patient' }), entry('GET', 'Patient/never-was')],
  })
  expect(events.map(({ outcome }) => outcome)).toEqual(['4'])
})

test('an operation on one patient that tells of another leaves an event for each', async () => {
  const put = (resource: { resourceType: string; id: string }) =>
    staff('PUT', `/${resource.resourceType}/${resource.id}`, resource)
  for (const id of ['every-1', 'every-2']) await put({ resourceType: 'Patient', id })
  const subject = { reference: 'Patient/every-1' }
  const members = ['every-1', 'every-2'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
  await put({ resourceType: 'Group', id: 'both', type: 'person', actual: true, member: members } as never)
  await put({ resourceType: 'Condition', id: 'one', subject } as never)
  const events = await eventsOf(staff, 'GET', '/Patient/every-1/$everything')
  const named = events.map(({ entity }) => entity.find(({ role }) => role?.code === '1')?.what?.reference)
  expect(named.toSorted()).toEqual(['Patient/every-1', 'Patient/every-2'])
})

test('reading the log is in the log', async () => {
  const events = await eventsOf(staff, 'GET', '/AuditEvent?outcome=4')
  expect(events.map(told)).toEqual([['search-type', 'E', '0']])
})

test('metadata, discovery and health leave none', async () => {
  for (const path of ['/metadata', '/.well-known/smart-configuration']) {
    expect(await eventsOf(staff, 'GET', path), path).toEqual([])
  }
})

test('a read of one clinic is not in the log of another', async () => {
  const north = await callerOf(server, { scope: 'system/*.cruds', clinic: 'north' }, 'north')
  expect(await eventsOf(north, 'GET', '/Patient')).toEqual([])
})

test('an event says what it is about to who searches for it', async () => {
  await eventsOf(staff, 'PUT', '/Patient/a3', { resourceType: 'Patient', id: 'a3' })
  const { body } = await staff('GET', '/AuditEvent?patient=Patient/a3&action=C')
  expect(body.entry).toHaveLength(1)
})

test('what happened to a record outlasts it, and holds nothing of it', async () => {
  await staff('PUT', '/Patient/gone', {
    resourceType: 'Patient',
    id: 'gone',
    name: [{ family: 'Unforgotten' }],
  })
  await staff('DELETE', '/Patient/gone')
  const { body } = await staff('GET', '/AuditEvent?patient=Patient/gone&_sort=date')
  const actions = body.entry.map(({ resource }: { resource: { action: string } }) => resource.action)
  expect(actions).toEqual(['C', 'D'])
  expect(JSON.stringify(body)).not.toContain('Unforgotten')
})
