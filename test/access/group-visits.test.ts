import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let system: Call
let anna: Call
let desk: Call

const actor = (reference: string, more: object = {}) => ({
  actor: { reference, ...more },
  status: 'accepted',
})
const group = (id: string, day: number) => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  start: `2031-02-0${day}T09:00:00Z`,
  end: `2031-02-0${day}T10:00:00Z`,
  participant: [
    actor('Practitioner/physio'),
    actor('Patient/bert', { display: 'Bert Brown' }),
    actor('Patient/anna'),
    actor('RelatedPerson/berts-aunt', { display: 'Aunt of Bert' }),
    actor(`Patient/carl-${day}`, { display: 'Carl Cole' }),
    { actor: { display: 'Dora Doe' }, status: 'accepted' },
    { type: [{ text: 'interpreter' }], status: 'accepted' },
  ],
})
const others = /bert|brown|aunt|carl|dora/i

async function put(resource: { resourceType: string; id: string }): Promise<void> {
  const { status, body } = await system('PUT', `/${resource.resourceType}/${resource.id}`, resource)
  expect([200, 201], JSON.stringify(body)).toContain(status)
}

beforeAll(async () => {
  server = await startTestServer()
  system = await callerOf(server, { scope: 'system/*.cruds' })
  anna = await callerOf(server, { scope: 'user/*.cruds', fhirUser: 'Patient/anna', patient: 'anna' })
  desk = await callerOf(server, {
    scope: 'user/*.cruds',
    fhirUser: 'Practitioner/desk',
    roles: ['front-desk'],
  })
  for (const id of ['anna', 'bert', ...[1, 2, 3, 4, 5].map((day) => `carl-${day}`)])
    await put({ resourceType: 'Patient', id, name: [{ family: id }] } as never)
  for (const id of ['physio', 'desk'])
    await put({ resourceType: 'Practitioner', id, name: [{ family: id }] } as never)
  for (const [id, patient] of [
    ['berts-aunt', 'bert'],
    ['annas-mother', 'anna'],
  ] as const)
    await put({ resourceType: 'RelatedPerson', id, patient: { reference: `Patient/${patient}` } } as never)
  await put({ resourceType: 'Patient', id: 'carl-6' })
  for (const day of [1, 2, 3, 4, 5]) await put(group(`gym-${day}`, day))
  await put({
    resourceType: 'Group',
    id: 'backs',
    type: 'person',
    actual: true,
    member: ['bert', 'anna'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
  } as never)
  await put({
    resourceType: 'Communication',
    id: 'letter',
    status: 'completed',
    recipient: ['bert', 'anna'].map((id) => ({ reference: `Patient/${id}` })),
  } as never)
})
afterAll(() => server.close())

const actorsOf = (body: { participant: object[] }) =>
  (body.participant as { actor?: { reference?: string } }[]).map((one) => one.actor?.reference)

describe('whoever takes part in a group visit', () => {
  test('finds themselves and the staff in it, whichever way they look', async () => {
    for (const path of [
      '/Appointment/gym-1',
      '/Appointment/gym-1/_history',
      '/Appointment/gym-1/_history/1',
      '/Appointment/_history',
      '/_history?_count=100',
      '/Appointment?_count=50',
      '/Appointment?_include=Appointment:actor',
      '/Appointment?_include=Appointment:*&_include:iterate=RelatedPerson:patient',
      '/Patient?_revinclude=Appointment:actor',
      '/Patient/anna/$everything?_count=100',
      '/Appointment/gym-1?_elements=participant',
      '/Appointment/gym-1?_summary=true',
      '/Group/backs',
      '/Communication/letter',
      '/Group?member=Patient/anna',
    ]) {
      const answer = await anna('GET', path)
      expect([200, 404], `${path} ${answer.status}`).toContain(answer.status)
      expect(JSON.stringify(answer.body), path).not.toMatch(others)
    }
    const token = await server.token({ scope: 'user/*.rs', fhirUser: 'Patient/anna', patient: 'anna' })
    const calendar = await fetch(`${server.base}/Appointment/gym-1/$ics?method=REQUEST`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const lines = await calendar.text()
    expect(lines).toContain('Patient/anna')
    expect(lines).not.toMatch(others)
    const { body } = await anna('GET', '/Appointment/gym-1')
    expect(actorsOf(body)).toEqual(['Practitioner/physio', 'Patient/anna', undefined])
    expect(actorsOf((await desk('GET', '/Appointment/gym-1')).body)).toHaveLength(7)
    expect((await anna('GET', '/Group/backs')).body.member).toEqual([
      { entity: { reference: 'Patient/anna' } },
    ])
  })

  test('finds nobody by asking for them', async () => {
    const found = async (call: Call, query: string) => idsOf(await call('GET', query))
    for (const query of [
      'actor=Patient/bert',
      'patient=bert',
      'actor=RelatedPerson/berts-aunt',
      `actor=${server.base}/Patient/bert`,
      'patient.name=bert',
      'actor:Patient.name=bert',
      '_filter=actor eq Patient/bert',
      'part-status=accepted',
      '_content=Bert',
    ]) {
      expect([query, await found(anna, `/Appointment?${query}`)]).toEqual([query, []])
    }
    expect(await found(desk, '/Appointment?actor=Patient/bert&_count=50')).toHaveLength(5)
    expect(await found(anna, '/Appointment?_filter=not (actor eq Patient/bert)&_count=50')).toHaveLength(5)
    expect(await found(anna, '/Group?member=Patient/bert')).toEqual([])
    expect(await found(anna, '/Communication?recipient=Patient/bert')).toEqual([])
    expect(await found(anna, '/Appointment?actor=Patient/anna,Patient/bert&_count=50')).toHaveLength(5)
    expect(await found(anna, '/Appointment?actor=Practitioner/physio&patient=anna&_count=50')).toHaveLength(5)
    expect(await found(anna, '/Appointment?practitioner.name=physio&_count=50')).toHaveLength(5)
    expect(await found(anna, '/Patient?_has:Appointment:actor:status=booked')).toEqual(['anna'])
    expect(await found(anna, '/Appointment?patient:missing=false&_count=50')).toHaveLength(5)
    const sorted = await found(anna, '/Appointment?_sort=patient,date&_count=50')
    expect(sorted).toEqual(['gym-1', 'gym-2', 'gym-3', 'gym-4', 'gym-5'])
  })

  test('changes it without touching the others', async () => {
    const whole = async (id: string) => (await system('GET', `/Appointment/${id}`)).body
    const shown = (await anna('GET', '/Appointment/gym-2')).body
    const sent = await anna('PUT', '/Appointment/gym-2', { ...shown, description: 'I come on crutches' })
    expect([sent.status, JSON.stringify(sent.body)]).toEqual([200, expect.not.stringMatching(others)])
    expect(await whole('gym-2')).toMatchObject({ ...group('gym-2', 2), description: 'I come on crutches' })
    const patched = await anna('PATCH', '/Appointment/gym-3', [
      { op: 'replace', path: '/participant/1/status', value: 'tentative' },
    ])
    expect([patched.status, JSON.stringify(patched.body)]).toEqual([200, expect.not.stringMatching(others)])
    const after = await whole('gym-3')
    expect(actorsOf(after)).toEqual(actorsOf(group('gym-3', 3)))
    expect(after.participant.map(({ status }: { status: string }) => status)).toEqual([
      ...['accepted', 'accepted', 'tentative', 'accepted', 'accepted', 'accepted', 'accepted'],
    ])
  })

  test('names nobody else in it, whether they are there or not', async () => {
    const shown = (await anna('GET', '/Appointment/gym-4')).body
    const naming = async (who: string) =>
      anna('PUT', '/Appointment/gym-4', { ...shown, participant: [...shown.participant, actor(who)] })
    const there = await naming('Patient/bert')
    const elsewhere = await naming('Patient/carl-1')
    expect([there.status, elsewhere.status]).toEqual([403, 403])
    expect(there.body).toEqual(elsewhere.body)
    const tested = await anna('PATCH', '/Appointment/gym-4', [
      { op: 'test', path: '/participant/1/actor/reference', value: 'Patient/bert' },
    ])
    expect(tested.status).not.toBe(200)
  })

  test('is not told of the others by an operation, nor does it lose them', async () => {
    const answer = await anna('POST', '/Appointment/gym-5/$cancel', { resourceType: 'Parameters' })
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([200, expect.not.stringMatching(others)])
    const { body } = await system('GET', '/Appointment/gym-5')
    expect(body.status).toBe('booked')
    expect(actorsOf(body)).toEqual(actorsOf(group('gym-5', 5)))
    const declined = body.participant.filter((one: { status: string }) => one.status === 'declined')
    expect(actorsOf({ participant: declined })).toEqual(['Patient/anna'])
  })

  test('books what they see of it, and the others stay', async () => {
    const made = await system('PUT', '/Appointment/gym-6', {
      ...group('gym-1', 6),
      id: 'gym-6',
      status: 'proposed',
    })
    expect(made.status).toBe(201)
    const shown = (await anna('GET', '/Appointment/gym-6')).body
    const book = (resource: object) =>
      anna('POST', '/Appointment/$book', {
        resourceType: 'Parameters',
        parameter: [{ name: 'appointment-resource', resource }],
      })
    const more = { ...shown, participant: [...shown.participant, actor('Patient/bert')] }
    expect((await book(more)).status).toBe(403)
    expect((await book({ ...shown, comment: 'hidden' })).status).toBe(403)
    const booked = await book(shown)
    expect(booked.body.entry[0].resource.status, JSON.stringify(booked.body)).toBe('booked')
    expect(JSON.stringify(booked.body)).not.toMatch(others)
    const { body } = await system('GET', '/Appointment/gym-6')
    expect(actorsOf(body)).toEqual(actorsOf(group('gym-6', 6)))
  })
})

test('a token for one patient alone is shown no more than that patient', async () => {
  const app = await callerOf(server, { scope: 'patient/*.rs', patient: 'anna' })
  const answer = await app('GET', '/Appointment/gym-1')
  expect(actorsOf(answer.body)).toEqual(['Practitioner/physio', 'Patient/anna', undefined])
})

test('a relative finds themselves and whom they act for', async () => {
  const aunt = await callerOf(server, {
    ...{ scope: 'user/*.rs patient/*.rs', fhirUser: 'RelatedPerson/berts-aunt', patient: 'bert' },
  })
  const answer = await aunt('GET', '/Appointment/gym-1')
  expect(actorsOf(answer.body)).toEqual([
    'Practitioner/physio',
    'Patient/bert',
    'RelatedPerson/berts-aunt',
    undefined,
  ])
})
