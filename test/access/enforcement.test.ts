import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let system: Call

beforeAll(async () => {
  server = await startTestServer()
  system = await callerOf(server, { scope: 'system/*.cruds' })
  for (const id of ['p1', 'p2', 'p3']) {
    await system('PUT', `/Patient/${id}`, { resourceType: 'Patient', id, name: [{ family: 'Same' }] })
    const subject = { reference: `Patient/${id}` }
    const observation = {
      resourceType: 'Observation',
      id: `of-${id}`,
      status: 'final',
      code: { text: 'x' },
      subject,
    }
    await system('PUT', `/Observation/of-${id}`, observation)
  }
})
afterAll(() => server.close())

const nextOf = ({ body }: Awaited<ReturnType<Call>>): string =>
  body.link.find(({ relation }: { relation: string }) => relation === 'next').url.slice(server.base.length)

test('a page link is good for the caller that it was made for, and for no other', async () => {
  const one = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/one' })
  const other = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/other' })
  const next = nextOf(await one('GET', '/Patient?_count=1'))
  expect((await one('GET', next)).status).toBe(200)
  expect((await other('GET', next)).status).toBe(400)
  const everything = nextOf(await one('GET', '/Patient/p1/$everything?_count=1'))
  expect((await one('GET', everything)).status).toBe(200)
  expect((await other('GET', everything)).status).toBe(400)
})

test('a token in the address is no token', async () => {
  const token = await server.token({ scope: 'system/*.rs' })
  const response = await fetch(`${server.base}/Patient?access_token=${token}`)
  expect(response.status).toBe(401)
})

test("another patient's data is not asked for by naming them", async () => {
  const patient = await callerOf(server, { scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' })
  for (const query of [
    'patient=p2',
    'subject=Patient/p2',
    'patient=p2,p3',
    'subject:Patient.name=Same&_id=of-p2',
  ]) {
    const answer = await patient('GET', `/Observation?${query}&_total=accurate`)
    expect(answer.status, query).toBe(200)
    expect(idsOf(answer), query).toEqual([])
    expect(answer.body.total, query).toBe(0)
  }
})

const subscription = (criteria: string, status = 'off') => ({
  resourceType: 'Subscription',
  status,
  reason: 'to know',
  criteria,
  channel: { type: 'rest-hook', endpoint: 'https://app.example/hook' },
})

test.each(['requested', 'active'])(
  'a subscription that is %s would wait for ever: it is refused with what to do instead',
  async (status) => {
    const { status: answer, body } = await system('POST', '/Subscription', subscription('Patient', status))
    expect(answer).toBe(422)
    expect(body.issue).toMatchObject([{ code: 'business-rule', expression: ['Subscription.status'] }])
    expect(body.issue[0].diagnostics).toMatch(/no notifications.*search or history/)
    const { body: made } = await system('POST', '/Subscription', subscription('Patient'))
    expect((await system('PUT', `/Subscription/${made.id}`, { ...made, status })).status).toBe(422)
  },
)

test('a subscription is for who may find and read what it tells of', async () => {
  const scope = 'user/Subscription.cud user/Observation.rs user/Patient.r user/Condition.s'
  const narrow = await callerOf(server, { scope, fhirUser: 'Practitioner/one' })
  const statusOf = async (call: Call, criteria: string) =>
    (await call('POST', '/Subscription', subscription(criteria))).status
  expect(await statusOf(narrow, 'Observation?code=x')).toBe(201)
  for (const criteria of [
    'Patient?gender=female',
    'Condition?code=x',
    'Encounter?status=planned',
    'Patient',
    'https://topics.example/admission',
  ])
    expect([criteria, await statusOf(narrow, criteria)]).toEqual([criteria, 403])
  expect(await statusOf(system, 'https://topics.example/admission')).toBe(201)
  const made = await system('POST', '/Subscription', subscription('Observation?code=x'))
  const changed = { ...made.body, criteria: 'Patient?gender=female' }
  expect((await narrow('PUT', `/Subscription/${made.body.id}`, changed)).status).toBe(403)
})

test('$find offers the time of slots that its caller may search, and of no others', async () => {
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
  await system('PUT', '/Practitioner/open', { resourceType: 'Practitioner', id: 'open', active: true })
  const actor = [{ reference: 'Practitioner/open' }]
  await system('PUT', '/Schedule/open', { resourceType: 'Schedule', id: 'open', active: true, actor })
  for (const [id, hour, code] of [
    ['shown', '09', 'a'],
    ['hidden', '10', 'b'],
  ])
    await system('PUT', `/Slot/${id}`, {
      resourceType: 'Slot',
      id,
      meta: { tag: [{ system: 'urn:kind', code }] },
      schedule: { reference: 'Schedule/open' },
      status: 'free',
      start: `${day}T${hour}:00:00Z`,
      end: `${day}T${hour}:30:00Z`,
    })
  const question = `/Appointment/$find?start=${day}T00:00:00Z&end=${day}T23:00:00Z`
  const slotsFor = async (call: Call) =>
    (await call('GET', question)).body.entry?.map(
      ({ resource }: { resource: { slot: { reference: string }[] } }) => resource.slot[0]?.reference,
    )
  expect(await slotsFor(system)).toEqual(['Slot/shown', 'Slot/hidden'])
  const scope = 'user/Slot.rs?_tag=urn:kind|a user/Appointment.rs'
  const narrow = await callerOf(server, { scope, fhirUser: 'Practitioner/one' })
  expect(await slotsFor(narrow)).toEqual(['Slot/shown'])
  expect((await system('GET', question)).body.total).toBe(2)
  expect((await narrow('GET', question)).body).not.toHaveProperty('total')
})

const sent = (name: string, value: object) => ({
  resourceType: 'Parameters',
  parameter: [{ name, ...value }],
})

test.each<[string, string, string, object | undefined]>([
  ['$everything without Patient.r', 'user/Observation.rs', '/Patient/p1/$everything', undefined],
  ['$meta without r', 'user/Patient.s', '/Patient/p1/$meta', undefined],
  [
    '$meta-add without u',
    'user/Patient.rs',
    '/Patient/p1/$meta-add',
    sent('meta', { valueMeta: { tag: [{ code: 'x' }] } }),
  ],
  [
    '$find without Slot.s',
    'user/Appointment.s',
    '/Appointment/$find?start=2031-01-01T00:00:00Z&end=2031-01-02T00:00:00Z',
    undefined,
  ],
  [
    '$break-glass without Patient.r',
    'user/Observation.rs',
    '/Patient/p1/$break-glass',
    sent('reason', { valueString: 'Unconscious in the waiting room' }),
  ],
])('%s is refused, and as for what is not there', async (_, scope, path, body) => {
  const caller = await callerOf(server, { scope, fhirUser: 'Practitioner/one' })
  const ask = (place: string) => caller(body === undefined ? 'GET' : 'POST', place, body)
  const there = await ask(path)
  const missing = await ask(path.replace('/p1/', '/never-was/'))
  expect([there.status, missing.status]).toEqual([403, 403])
  expect(there.headers.get('www-authenticate')).toContain('insufficient_scope')
})

test('$everything brings what may be read and searched, of each type by itself', async () => {
  const caller = await callerOf(server, {
    scope: 'user/Patient.rs user/Observation.r',
    fhirUser: 'Practitioner/one',
  })
  expect(idsOf(await caller('GET', '/Patient/p1/$everything'))).toEqual(['p1'])
})

test('what was chosen by _elements shows nothing that the whole would not', async () => {
  const patient = await callerOf(server, { scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' })
  const contained = [{ resourceType: 'Practitioner', id: 'c', birthDate: '1970-01-01' }]
  await system('PUT', '/Practitioner/d', { resourceType: 'Practitioner', id: 'd', birthDate: '1970-01-01' })
  await system('PUT', '/Observation/hosting', {
    ...{ resourceType: 'Observation', id: 'hosting', status: 'final', code: { text: 'x' }, contained },
    ...{ subject: { reference: 'Patient/p2' }, performer: [{ reference: '#c' }] },
  })
  expect((await patient('GET', '/Observation/hosting?_elements=contained')).status).toBe(404)
  expect((await patient('GET', '/Practitioner/d?_elements=birthDate')).body).not.toHaveProperty('birthDate')
  expect((await patient('GET', '/Practitioner/d?_summary=true')).body).not.toHaveProperty('birthDate')
})
