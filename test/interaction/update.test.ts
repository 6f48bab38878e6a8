import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

test('an update makes the next version', async () => {
  await clinic.send('PUT /Patient/u1', { body: patient('Old', { id: 'u1' }) })
  const answer = await clinic.send('PUT /Patient/u1', { body: patient('New', { id: 'u1' }) })
  expect(answer).toMatchObject({ status: 200, etag: 'W/"2"', location: `${base}/Patient/u1/_history/2` })
  expect(answer.json.meta).toMatchObject({ versionId: '2' })
  expect((await clinic.send('GET /Patient/u1')).text).toBe(answer.text)
  expect((await clinic.send('GET /Patient/u1/_history/1')).text).toContain('Old')
  expect((await clinic.send('GET /Patient?_id=u1&family=Old&_summary=count')).json.total).toBe(0)
})

test('an id that is free is taken by an update', async () => {
  const answer = await clinic.send('PUT /Patient/u2', { body: patient('New', { id: 'u2' }) })
  expect(answer).toMatchObject({ status: 201, location: `${base}/Patient/u2/_history/1` })
})

test.each([
  ['no id in the body', 'PUT /Patient/u3', patient('A')],
  ['another id in the body', 'PUT /Patient/u3', patient('A', { id: 'u4' })],
  ['another type in the body', 'PUT /Patient/u3', { resourceType: 'Observation', id: 'u3' }],
])('%s is refused', async (_, line, body) => {
  expect((await clinic.send(line, { body })).status).toBe(400)
})

test('If-Match must name the current version', async () => {
  await clinic.send('PUT /Patient/u5', { body: patient('A', { id: 'u5' }) })
  const body = patient('B', { id: 'u5' })
  expect((await clinic.send('PUT /Patient/u5', { body, ifMatch: 'W/"2"' })).status).toBe(412)
  expect((await clinic.send('PUT /Patient/u5', { body, ifMatch: 'two' })).status).toBe(400)
  expect((await clinic.send('PUT /Patient/u5', { body, ifMatch: 'W/"1"' })).status).toBe(200)
  expect((await clinic.send('PUT /Patient/u5', { body, ifNoneMatch: '*' })).status).toBe(412)
  const nowhere = { body: patient('B', { id: 'u6' }), ifMatch: 'W/"1"' }
  expect((await clinic.send('PUT /Patient/u6', nowhere)).status).toBe(412)
})

test('of fifty with the same If-Match one wins', async () => {
  await clinic.send('PUT /Patient/u7', { body: patient('A', { id: 'u7' }) })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      clinic.send('PUT /Patient/u7', { body: patient(`W${index}`, { id: 'u7' }), ifMatch: 'W/"1"' }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(412)])
})

test('fifty updates at once lose nothing', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      clinic.send('PUT /Patient/u8', { body: patient(`W${index}`, { id: 'u8' }) }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 201])
  const versions = answers.map(({ json }) => Number(json.meta?.versionId)).sort((a, b) => a - b)
  expect(versions).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  const { json } = await clinic.send('GET /Patient/u8/_history?_count=100')
  expect(json.total).toBe(50)
})

test('a server that wants If-Match says so', async () => {
  await using careful = await openClinic({ settings: { requireIfMatch: true } })
  const body = patient('A', { id: 'u1' })
  expect((await careful.send('PUT /Patient/u1', { body })).status).toBe(201)
  expect((await careful.send('PUT /Patient/u1', { body })).status).toBe(428)
  expect((await careful.send('DELETE /Patient/u1')).status).toBe(428)
  expect((await careful.send('PUT /Patient/u1', { body, ifMatch: 'W/"1"' })).status).toBe(200)
})

test('nobody overwrites what they cannot see', async () => {
  await clinic.send('PUT /Patient/u9', { body: patient('A', { id: 'u9' }) })
  const body = patient('Mine', { id: 'u9' })
  const stranger = principal('patient/*.cruds', { patient: 'u10' })
  expect((await clinic.send('PUT /Patient/u9', { as: stranger, body })).status).toBe(403)
  const self = principal('patient/*.cruds', { patient: 'u9' })
  expect((await clinic.send('PUT /Patient/u9', { as: self, body })).status).toBe(200)
  const reader = principal('system/Patient.rs')
  expect((await clinic.send('PUT /Patient/u9', { as: reader, body })).status).toBe(403)
  const writer = principal('system/Patient.u')
  expect((await clinic.send('PUT /Patient/u9', { as: writer, body })).status).toBe(200)
})

test('nobody gives their own away', async () => {
  await clinic.send('PUT /Patient/u11', { body: patient('A', { id: 'u11' }) })
  await clinic.send('PUT /Patient/u12', { body: patient('B', { id: 'u12' }) })
  const observation = (id: string) => ({
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: { text: 'mood' },
    subject: { reference: `Patient/${id}` },
  })
  const as = principal('patient/*.cruds', { patient: 'u11' })
  expect((await clinic.send('PUT /Observation/o1', { as, body: observation('u11') })).status).toBe(201)
  expect((await clinic.send('PUT /Observation/o1', { as, body: observation('u12') })).status).toBe(403)
  expect((await clinic.send('GET /Observation/o1')).json.subject).toEqual({ reference: 'Patient/u11' })
})

test('an AuditEvent is never changed', async () => {
  const answer = await clinic.send('PUT /AuditEvent/a1', { body: { resourceType: 'AuditEvent', id: 'a1' } })
  expect(answer.status).toBe(405)
  expect(answer.headers.Allow).toContain('GET')
})

test('a patch changes a part and counts as a version', async () => {
  await clinic.send('PUT /Patient/u13', { body: patient('A', { id: 'u13' }) })
  const patch = [{ op: 'replace', path: '/name/0/family', value: 'B' }]
  const mediaType = 'application/json-patch+json'
  const answer = await clinic.send('PATCH /Patient/u13', { body: patch, mediaType })
  expect(answer).toMatchObject({ status: 200, etag: 'W/"2"' })
  expect(answer.json.name).toEqual([{ family: 'B' }])
  expect((await clinic.send('PATCH /Patient/u13', { body: patch, mediaType, ifMatch: 'W/"1"' })).status).toBe(
    412,
  )
  expect((await clinic.send('PATCH /Patient/nobody', { body: patch, mediaType })).status).toBe(404)
  const broken = [{ op: 'add', path: '/birthDate', value: '2026-02-30' }]
  expect((await clinic.send('PATCH /Patient/u13', { body: broken, mediaType })).status).toBe(400)
})

describe('a conditional update', () => {
  const mrn = (value: string, more: object = {}) =>
    patient('Cond', { identifier: [{ system: 'http://example.org/mrn', value }], ...more })

  test('creates when nothing matches, updates the one match', async () => {
    const line = 'PUT /Patient?identifier=http://example.org/mrn|k1'
    const first = await clinic.send(line, { body: mrn('k1') })
    const second = await clinic.send(line, { body: mrn('k1') })
    expect(first.status).toBe(201)
    expect(second).toMatchObject({ status: 200, etag: 'W/"2"' })
    expect(second.json.id).toBe(first.json.id)
    const named = await clinic.send(line, { body: mrn('k1', { id: String(first.json.id) }) })
    expect(named.etag).toBe('W/"3"')
    expect((await clinic.send(line, { body: mrn('k1', { id: 'other' }) })).status).toBe(400)
  })

  test('takes a free id from the body, and refuses one in use', async () => {
    const free = await clinic.send('PUT /Patient?identifier=k2', { body: mrn('k2', { id: 'k2' }) })
    expect(free).toMatchObject({ status: 201, location: `${base}/Patient/k2/_history/1` })
    const taken = await clinic.send('PUT /Patient?identifier=k3', { body: mrn('k3', { id: 'k2' }) })
    expect(taken.status).toBe(409)
  })

  test('is refused when several match, or nothing is asked for', async () => {
    await clinic.send('POST /Patient', { body: mrn('k4') })
    await clinic.send('POST /Patient', { body: mrn('k4') })
    expect((await clinic.send('PUT /Patient?identifier=k4', { body: mrn('k4') })).status).toBe(412)
    expect((await clinic.send('PUT /Patient', { body: mrn('k4') })).status).toBe(400)
  })

  test('fifty at once leave one patient with fifty versions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => clinic.send('PUT /Patient?identifier=k5', { body: mrn('k5') })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 201])
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
    expect(
      answers
        .map(({ json }) => Number(json.meta?.versionId))
        .sort((a, b) => a - b)
        .at(-1),
    ).toBe(50)
  })

  test('a conditional patch needs its one match', async () => {
    await clinic.send('POST /Patient', { body: mrn('k6') })
    const patch = {
      body: [{ op: 'add', path: '/active', value: true }],
      mediaType: 'application/json-patch+json',
    }
    expect((await clinic.send('PATCH /Patient?identifier=k6', patch)).status).toBe(200)
    expect((await clinic.send('PATCH /Patient?identifier=k7', patch)).status).toBe(404)
    expect((await clinic.send('PATCH /Patient?identifier=k4', patch)).status).toBe(412)
  })
})
