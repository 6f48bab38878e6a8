import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let system: Call
let patient: Call
let practitioner: Call
let desk: Call
let auditor: Call
let both: Call

const confidentiality = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const restricted = { security: [{ system: confidentiality, code: 'R' }] }
const reference = (text: string) => ({ reference: text })
const bookedOn = (day: Date) => ({
  start: day.toISOString(),
  end: new Date(day.getTime() + 1_800_000).toISOString(),
})
let days = 0
/** Each on a day of its own: nobody is booked twice. */
const appointment = (patients: readonly string[], extra: object = {}) => ({
  resourceType: 'Appointment',
  status: 'booked',
  ...bookedOn(new Date(Date.UTC(2031, 0, ++days, 9))),
  participant: [...patients.map((id) => `Patient/${id}`), 'Practitioner/doctor'].map((actor) => ({
    actor: reference(actor),
    status: 'accepted',
  })),
  ...extra,
})
const put = async (id: string, resource: { resourceType: string }) => {
  const { status, body } = await system('PUT', `/${resource.resourceType}/${id}`, { ...resource, id })
  expect(status, JSON.stringify(body)).toBe(201)
}
const observation = (extra: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  subject: reference('Patient/mine'),
  ...extra,
})

beforeAll(async () => {
  server = await startTestServer()
  const as = (roles: readonly string[], fhirUser: string, scope = 'user/*.cruds user/AuditEvent.rs') =>
    callerOf(server, { scope, fhirUser, roles })
  system = await callerOf(server, { scope: 'system/*.cruds' })
  patient = await as(['patient'], 'Patient/mine')
  practitioner = await as(['practitioner'], 'Practitioner/doctor')
  desk = await as(['front-desk'], 'Practitioner/clerk')
  auditor = await as(['auditor'], 'Practitioner/auditor')
  both = await as(['front-desk', 'practitioner'], 'Practitioner/doctor')
  await put('mine', { resourceType: 'Patient', name: [{ family: 'Mine' }], birthDate: '1980-01-01' } as never)
  await put('other', { resourceType: 'Patient', name: [{ family: 'Other' }] } as never)
  await put('doctor', {
    resourceType: 'Practitioner',
    name: [{ family: 'Doctor' }],
    birthDate: '1970-07-07',
  } as never)
  await put('weight', observation())
  await put('secret', observation({ meta: restricted }))
  const comment = 'hates waiting'
  await put(
    'visit',
    appointment(['mine'], { comment, supportingInformation: [reference('Observation/weight')] }),
  )
  await put('visit-of-other', appointment(['other']))
})
afterAll(() => server.close())

test('the front desk keeps the calendar and reads nothing clinical', async () => {
  expect((await desk('GET', '/Appointment/visit')).status).toBe(200)
  expect((await desk('GET', '/Observation/weight')).status).toBe(403)
  expect(idsOf(await desk('GET', '/Appointment?_revinclude=Observation:subject&_include=*'))).not.toContain(
    'weight',
  )
  const made = await desk('POST', '/Appointment', appointment(['other'], { description: 'by the desk' }))
  expect(made.status).toBe(201)
  expect((await desk('POST', '/Observation', observation())).status).toBe(403)
  expect((await desk('DELETE', '/Patient/other')).status).toBe(403)
})

test('an auditor reads the audit trail, and who it names by name alone', async () => {
  expect((await auditor('GET', '/AuditEvent?_count=3')).body.entry).toHaveLength(3)
  const { body } = await auditor('GET', '/Patient/mine')
  expect(body.name).toEqual([{ family: 'Mine' }])
  expect((await auditor('GET', '/Patient')).status).toBe(403)
  expect((await auditor('GET', '/Observation/weight')).status).toBe(403)
  expect((await auditor('PUT', '/Patient/mine', { ...body })).status).toBe(403)
  expect((await practitioner('GET', '/AuditEvent')).status).toBe(403)
})

test('what is labelled restricted does not exist for a practitioner', async () => {
  expect((await practitioner('GET', '/Observation/weight')).status).toBe(200)
  expect((await practitioner('GET', '/Observation/secret')).status).toBe(404)
  expect(idsOf(await practitioner('GET', '/Observation'))).toEqual(['weight'])
  expect((await practitioner('GET', '/Observation?_summary=count')).body.total).toBe(1)
  expect(idsOf(await practitioner('GET', '/Patient?_id=mine&_has:Observation:subject:_id=secret'))).toEqual(
    [],
  )
  expect((await practitioner('PUT', '/Observation/secret', { ...observation(), id: 'secret' })).status).toBe(
    403,
  )
  expect(
    (await practitioner('POST', '/Observation', observation({ meta: restricted }))).body.issue[0].code,
  ).toBe('forbidden')
})

test('a user scope adds nothing to what the role may do, and a role nothing to what the scope grants', async () => {
  const reader = await callerOf(server, {
    scope: 'user/Appointment.r',
    fhirUser: 'Practitioner/doctor',
    roles: ['practitioner'],
  })
  expect((await reader('GET', '/Appointment/visit')).status).toBe(200)
  expect((await reader('GET', '/Appointment')).status).toBe(403)
  expect((await reader('GET', '/Observation/weight')).status).toBe(403)
  const nobody = await callerOf(server, { scope: 'user/*.cruds', fhirUser: 'Practitioner/doctor', roles: [] })
  expect((await nobody('GET', '/Appointment/visit')).status).toBe(403)
})

test('a patient books for themselves and for nobody else', async () => {
  expect((await patient('POST', '/Appointment', appointment(['mine']))).status).toBe(201)
  expect((await patient('POST', '/Appointment', appointment(['other']))).status).toBe(403)
  expect((await patient('POST', '/Appointment', appointment(['mine', 'other']))).status).toBe(403)
  expect((await patient('POST', '/Appointment', appointment(['mine'], { status: 'fulfilled' }))).status).toBe(
    403,
  )
  expect((await patient('POST', '/Observation', observation())).status).toBe(403)
})

test('a patient cancels, and neither undoes that nor changes what the clinic noted', async () => {
  await put('cancelled', appointment(['mine']))
  const patch = (path: string, value: unknown, op = 'replace') =>
    patient('PATCH', '/Appointment/cancelled', [{ op, path, value }])
  expect((await patch('/status', 'noshow')).status).toBe(403)
  expect((await patch('/patientInstruction', 'come late', 'add')).status).toBe(403)
  expect((await patch('/status', 'cancelled')).status).toBe(200)
  expect((await patch('/status', 'booked')).status).toBe(403)
  expect((await patient('DELETE', '/Appointment/cancelled')).status).toBe(403)
})

test('a hidden element does not exist for its caller, by whichever way they ask', async () => {
  const { body } = await patient('GET', '/Appointment/visit')
  expect(body).not.toHaveProperty('comment')
  for (const path of [
    '/Appointment?_id=visit',
    '/Appointment/visit/_history',
    '/Appointment/visit/_history/1',
    '/_history?_count=100',
    '/Patient/mine/$everything?_count=100',
    '/Patient?_id=mine&_revinclude=Appointment:actor',
    '/Appointment/visit?_elements=comment',
    '/Practitioner/doctor',
  ]) {
    const answer = await patient('GET', path)
    expect(answer.status, path).toBe(200)
    expect(JSON.stringify(answer.body), path).not.toMatch(/hates waiting|1970-07-07/)
  }
  expect((await patient('GET', '/Appointment?_content=waiting')).body.entry).toBeUndefined()
  expect((await system('GET', '/Appointment?_content=waiting')).body.entry).toHaveLength(1)
})

test('a hidden element is no criterion, no order and no way on', async () => {
  const asked = (call: Call, query: string) => call('GET', `/Appointment?${query}`).then(idsOf)
  const hidden = 'supporting-info=Observation/weight&_id=visit'
  expect(await asked(system, hidden)).toEqual(['visit'])
  expect(await asked(desk, hidden)).toEqual([])
  expect(await asked(desk, 'supporting-info:missing=false')).toEqual([])
  expect(await asked(desk, '_filter=supporting-info eq Observation/weight')).toEqual([])
  expect(await asked(desk, '_id=visit&supporting-info:missing=true')).toEqual(['visit'])
  expect(await asked(system, '_id=visit&_include=Appointment:supporting-info')).toEqual(['visit', 'weight'])
  expect(await asked(both, '_id=visit&_include=Appointment:supporting-info')).toEqual(['visit'])
  expect(await asked(desk, '_sort=supporting-info&_id=visit')).toEqual(['visit'])
  const having = '/Observation?_id=weight&_has:Appointment:supporting-info:status=booked'
  expect(idsOf(await system('GET', having))).toEqual(['weight'])
})

test('what one role hides another shows', async () => {
  expect((await desk('GET', '/Appointment/visit')).body).not.toHaveProperty('supportingInformation')
  expect((await both('GET', '/Appointment/visit')).body).toHaveProperty('supportingInformation')
  expect(idsOf(await both('GET', '/Appointment?_id=visit&supporting-info=Observation/weight'))).toEqual([
    'visit',
  ])
})

test('who writes without seeing all leaves what they do not see as it was', async () => {
  await put(
    'kept',
    appointment(['mine'], { comment: 'kept', supportingInformation: [reference('Observation/weight')] }),
  )
  const shown = (await desk('GET', '/Appointment/kept')).body
  expect((await desk('PUT', '/Appointment/kept', { ...shown, description: 'moved' })).status).toBe(200)
  const patched = await desk('PATCH', '/Appointment/kept', [{ op: 'add', path: '/priority', value: 3 }])
  expect(patched.status).toBe(200)
  expect(patched.body).not.toHaveProperty('supportingInformation')
  expect((await system('GET', '/Appointment/kept')).body).toMatchObject({
    description: 'moved',
    priority: 3,
    supportingInformation: [{ reference: 'Observation/weight' }],
  })
})

test('a patch finds and tests only what its sender sees, and writes nothing else', async () => {
  const patch = (op: string, path: string, value?: unknown) =>
    desk('PATCH', '/Appointment/visit', [{ op, path, value }])
  const tested = await patch('test', '/supportingInformation/0/reference', 'Observation/weight')
  const absent = await patch('test', '/patientInstruction', 'x')
  expect(tested.status).toBe(absent.status)
  expect((await patch('add', '/supportingInformation', [reference('Observation/weight')])).status).toBe(403)
})

test('who may write and not read is not shown what was there', async () => {
  const writer = await callerOf(server, { scope: 'system/Observation.u' })
  const answer = await writer(
    'PATCH',
    '/Observation/weight',
    [{ op: 'replace', path: '/status', value: 'amended' }],
    { prefer: 'return=representation' },
  )
  expect(answer.status).toBe(200)
  expect(answer.body).toBeUndefined()
})

test('a relative acts for the one patient of their token', async () => {
  const wish = {
    scope: 'user/*.cruds patient/*.cruds',
    fhirUser: 'RelatedPerson/aunt',
    roles: ['related-person'],
  }
  const aunt = await callerOf(server, { ...wish, patient: 'mine' })
  expect(idsOf(await aunt('GET', '/Patient'))).toEqual(['mine'])
  expect((await aunt('GET', '/Patient/other')).status).toBe(404)
  expect((await aunt('POST', '/Appointment', appointment(['mine']))).status).toBe(201)
  const nobodys = await callerOf(server, wish)
  expect((await nobodys('GET', '/Patient')).status).toBe(403)
})

test('an id that is taken by what a patient may not see answers as one that is free', async () => {
  const taken = await patient('PUT', '/Appointment/visit-of-other', {
    ...appointment(['mine']),
    id: 'visit-of-other',
  })
  const free = await patient('PUT', '/Appointment/never-was', { ...appointment(['mine']), id: 'never-was' })
  expect([taken.status, free.status]).toEqual([403, 403])
  expect(JSON.stringify(taken.body)).toBe(JSON.stringify(free.body).replace('never-was', 'visit-of-other'))
})
