import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let staff: Call
let patient: Call

const observation = (subject: string, extra: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: `Patient/${subject}` },
  ...extra,
})
const put = async (resource: { resourceType: string }, id: string) => {
  const { status } = await staff('PUT', `/${resource.resourceType}/${id}`, { ...resource, id })
  expect(status).toBe(201)
}

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
  patient = await callerOf(server, { scope: 'patient/*.cruds', patient: 'mine' })
  const person = (family: string) => ({ resourceType: 'Patient', name: [{ family }] })
  await put(person('Mine'), 'mine')
  await put(person('Other'), 'other')
  await put({ resourceType: 'Practitioner', name: [{ family: 'Doctor' }] } as never, 'doctor')
  await put(observation('mine'), 'my-weight')
  await put(observation('other'), 'other-weight')
  await put(observation('other', { performer: [{ reference: 'Patient/mine' }] }), 'measured-by-me')
  await put({ resourceType: 'Medication', code: { text: 'aspirin' } } as never, 'aspirin')
})
afterAll(() => server[Symbol.asyncDispose]())

test('a patient reads their own and what names them', async () => {
  expect((await patient('GET', '/Patient/mine')).status).toBe(200)
  expect((await patient('GET', '/Observation/my-weight')).status).toBe(200)
  expect((await patient('GET', '/Observation/measured-by-me')).status).toBe(200)
})

test("another patient's resource answers as one that is not there", async () => {
  for (const path of [
    '/Patient/%',
    '/Patient/%/_history',
    '/Patient/%/_history/1',
    '/Observation/%-weight',
  ]) {
    const hidden = await patient('GET', path.replace('%', 'other'))
    const missing = await patient('GET', path.replace('%', 'never-was'))
    expect(hidden.status, path).toBe(404)
    expect(missing.status, path).toBe(404)
    const told = JSON.stringify(hidden.body).replaceAll('other', 'never-was')
    expect(told, path).toBe(JSON.stringify(missing.body))
  }
})

test('a search of a patient finds and counts only what is theirs', async () => {
  const found = await patient('GET', '/Observation?_total=accurate')
  expect(idsOf(found).toSorted()).toEqual(['measured-by-me', 'my-weight'])
  expect(found.body.total).toBe(2)
  expect((await patient('GET', '/Patient?_summary=count')).body.total).toBe(1)
  expect(idsOf(await patient('GET', '/Patient?_id=other'))).toEqual([])
  expect(idsOf(await patient('GET', '/Observation?patient=other&_id=other-weight'))).toEqual([])
})

test('an include does not bring what is hidden, and nothing is brought by whom it names', async () => {
  const found = await patient(
    'GET',
    '/Observation?_id=measured-by-me&_include=Observation:subject&_include=Observation:performer',
  )
  expect(idsOf(found).toSorted()).toEqual(['measured-by-me', 'mine'])
  const reverse = await patient(
    'GET',
    '/Patient?_id=mine&_revinclude=Observation:subject&_revinclude=AuditEvent:patient',
  )
  expect(idsOf(reverse).toSorted()).toEqual(['mine', 'my-weight'])
})

test('a chain cannot be used to guess what is hidden', async () => {
  expect(idsOf(await staff('GET', '/Observation?subject:Patient.name=Other&_id=measured-by-me'))).toEqual([
    'measured-by-me',
  ])
  expect(idsOf(await patient('GET', '/Observation?subject:Patient.name=Other&_id=measured-by-me'))).toEqual(
    [],
  )
  expect(
    idsOf(await staff('GET', '/Practitioner?_id=doctor&_has:Observation:performer:status=final')),
  ).toEqual([])
})

test('histories of a type and of the system show a patient only what is theirs', async () => {
  const ofType = await patient('GET', '/Observation/_history')
  expect(idsOf(ofType).toSorted()).toEqual(['measured-by-me', 'my-weight'])
  const ofSystem = await patient('GET', '/_history?_count=100')
  const ids = idsOf(ofSystem)
  expect(ids).toContain('mine')
  expect(ids).not.toContain('other')
  expect(ids).not.toContain('other-weight')
})

test('a resource that was filed under another patient before shows only what it said since it is theirs', async () => {
  await put(observation('other', { note: [{ text: 'about the other' }] }), 'misfiled')
  await staff('PUT', '/Observation/misfiled', { ...observation('mine'), id: 'misfiled' })
  expect((await patient('GET', '/Observation/misfiled')).status).toBe(200)
  expect((await patient('GET', '/Observation/misfiled/_history/2')).status).toBe(200)
  expect((await patient('GET', '/Observation/misfiled/_history/1')).status).toBe(404)
  for (const path of ['/Observation/misfiled/_history', '/Observation/_history', '/_history?_count=100']) {
    const { status, body } = await patient('GET', path)
    expect(status, path).toBe(200)
    expect(JSON.stringify(body), path).toContain('Observation/misfiled')
    expect(JSON.stringify(body), path).not.toContain('about the other')
  }
})

test('a patient writes into their own compartment alone', async () => {
  const mine = await patient('POST', '/Observation', observation('mine'))
  expect(mine.status).toBe(201)
  const foreign = await patient('POST', '/Observation', observation('other'))
  expect(foreign.status).toBe(403)
  expect(foreign.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'forbidden' }] })
  expect((await staff('GET', '/Observation?subject=Patient/other&_summary=count')).body.total).toBe(2)
})

test('a reference to what is hidden is answered as one to nothing, by itself and in a transaction', async () => {
  const performedBy = (id: string) => observation('mine', { performer: [{ reference: `Patient/${id}` }] })
  const transaction = (id: string) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: performedBy(id), request: { method: 'POST', url: 'Observation' } }],
  })
  const told = async (path: string, body: (id: string) => object) => {
    const [hidden, nothing] = [
      await patient('POST', path, body('other')),
      await patient('POST', path, body('none')),
    ]
    expect(hidden.status).toBe(422)
    expect(JSON.stringify(hidden.body).replaceAll('other', 'none')).toBe(JSON.stringify(nothing.body))
    expect(nothing.status).toBe(422)
  }
  await told('/Observation', performedBy)
  await told('', transaction)
  const own = observation('mine', {
    performer: [{ reference: 'Practitioner/doctor' }, { reference: 'Patient/mine' }],
  })
  expect((await patient('POST', '/Observation', own)).status).toBe(201)
  await put({ resourceType: 'Device' } as never, 'ultrasound')
  const measured = observation('mine', { device: { reference: 'Device/ultrasound' } })
  expect((await patient('POST', '/Observation', measured)).status).toBe(201)
  const { body } = await staff('POST', '/Observation', performedBy('other'))
  const kept = { ...body, status: 'amended' }
  expect((await patient('PUT', `/Observation/${body.id}`, kept)).status).toBe(200)
})

test('a patient cannot move a resource into or out of their compartment', async () => {
  await put(observation('mine'), 'movable')
  const away = await patient('PUT', '/Observation/movable', { ...observation('other'), id: 'movable' })
  expect(away.status).toBe(403)
  const patched = await patient('PATCH', '/Observation/movable', [
    { op: 'replace', path: '/subject/reference', value: 'Patient/other' },
  ])
  expect(patched.status).toBe(403)
  const taken = await patient('PUT', '/Observation/other-weight', {
    ...observation('mine'),
    id: 'other-weight',
  })
  expect([403, 404]).toContain(taken.status)
  expect((await staff('GET', '/Observation/movable')).body).toMatchObject({ meta: { versionId: '1' } })
  expect((await staff('GET', '/Observation/other-weight')).body).toMatchObject({ meta: { versionId: '1' } })
})

test('a patient cannot delete or patch what is hidden, by id or by search', async () => {
  expect((await patient('DELETE', '/Observation/other-weight')).status).toBe(404)
  await patient('DELETE', '/Observation?_id=other-weight')
  const patch = [{ op: 'replace', path: '/status', value: 'amended' }]
  expect((await patient('PATCH', '/Observation/other-weight', patch)).status).toBe(404)
  expect((await staff('GET', '/Observation/other-weight')).body).toMatchObject({
    status: 'final',
    meta: { versionId: '1' },
  })
})

test('the public directory is read by patients and written by none of them', async () => {
  expect((await patient('GET', '/Practitioner/doctor')).status).toBe(200)
  expect(idsOf(await patient('GET', '/Practitioner'))).toContain('doctor')
  const refused = await patient('PUT', '/Practitioner/doctor', { resourceType: 'Practitioner', id: 'doctor' })
  expect(refused.status).toBe(403)
})

test('a type that belongs to no patient is refused before anything is looked up', async () => {
  const there = await patient('GET', '/Medication/aspirin')
  const missing = await patient('GET', '/Medication/never-was')
  expect([there.status, missing.status]).toEqual([403, 403])
  expect(there.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
})

test('the entries of a batch are checked as if each were sent alone', async () => {
  const entry = (url: string) => ({ request: { method: 'GET', url } })
  const { body } = await patient('POST', '', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [entry('Patient/mine'), entry('Patient/other'), entry('Medication/aspirin')],
  })
  const statuses = body.entry.map(({ response }: { response: { status: string } }) =>
    response.status.slice(0, 3),
  )
  expect(statuses).toEqual(['200', '404', '403'])
})

test('a transaction of a patient that reaches too far does nothing', async () => {
  const { status } = await patient('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: observation('mine', { id: undefined, note: [{ text: 'tx' }] }),
        request: { method: 'POST', url: 'Observation' },
      },
      { resource: observation('other'), request: { method: 'POST', url: 'Observation' } },
    ],
  })
  expect(status).toBe(403)
  expect((await staff('GET', '/Observation?subject=Patient/other&_summary=count')).body.total).toBe(2)
})

test('$everything of another patient is as if there were none', async () => {
  expect((await patient('GET', '/Patient/mine/$everything')).status).toBe(200)
  expect((await patient('GET', '/Patient/other/$everything')).status).toBe(404)
})
