import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

test('a new patient gets an id, a version and an address', async () => {
  const answer = await clinic.send('POST /Patient', { body: patient('Ngata') })
  expect(answer.status).toBe(201)
  const { id, meta } = answer.json as { id: string; meta: { versionId: string; lastUpdated: string } }
  expect(answer.location).toBe(`${base}/Patient/${id}/_history/1`)
  expect(answer.etag).toBe('W/"1"')
  expect(meta).toEqual({ versionId: '1', lastUpdated: answer.lastModified?.toISOString() })
  expect(meta.lastUpdated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect((await clinic.send(`GET /Patient/${id}`)).text).toBe(answer.text)
})

test('what was sent comes back as it was sent: order, decimals, unusual numbers', async () => {
  const text =
    '{"resourceType":"Observation","valueQuantity":{"value":1.0,"unit":"mg"},"status":"final","code":{"text":"dose"},"component":[{"code":{"text":"a"},"valueQuantity":{"value":1e3}},{"code":{"text":"b"},"valueQuantity":{"value":0.12345678901234567890}}]}'
  const { json, text: answered } = await clinic.send('POST /Observation', { body: text })
  const { id, meta } = json as unknown as { id: string; meta: object }
  const served = `{"resourceType":"Observation","id":"${id}","meta":${JSON.stringify(meta)},`
  expect(answered).toBe(text.replace('{"resourceType":"Observation",', served))
  expect((await clinic.send(`GET /Observation/${id}`)).text).toBe(answered)
})

test("the client's id gives way to the server's, the client's own meta stays", async () => {
  const sent = {
    resourceType: 'Patient',
    active: true,
    id: 'mine',
    meta: { tag: [{ code: 'vip' }], versionId: '77', lastUpdated: '1999-01-01T00:00:00Z', source: 'urn:x' },
  }
  const { json } = await clinic.send('POST /Patient', { body: sent })
  expect(json.id).not.toBe('mine')
  expect(Object.keys(json)).toEqual(['resourceType', 'active', 'id', 'meta'])
  expect(json.meta).toMatchObject({ versionId: '1', tag: [{ code: 'vip' }], source: 'urn:x' })
  expect(json.meta?.lastUpdated).not.toContain('1999')
})

test('the caller chooses how much to hear of it', async () => {
  const minimal = await clinic.send('POST /Patient', { body: patient('A'), prefer: 'return=minimal' })
  expect(minimal).toMatchObject({ status: 201, text: '', etag: 'W/"1"' })
  const shouted = await clinic.send('POST /Patient', { body: patient('A'), prefer: 'Return=Minimal' })
  expect(shouted.text).toBe('')
  const outcome = await clinic.send('POST /Patient', {
    body: patient('A'),
    prefer: 'return=OperationOutcome',
  })
  expect(outcome.json.resourceType).toBe('OperationOutcome')
  const whole = await clinic.send('POST /Patient', {
    body: patient('A'),
    prefer: 'respond-async, return=representation; handling=lenient',
  })
  expect(whole.json.resourceType).toBe('Patient')
})

test.each([
  ['a body of another type', 'POST /Patient', { resourceType: 'Observation' }, 400],
  ['an impossible date', 'POST /Patient', patient('A', { birthDate: '2026-02-30' }), 400],
  ['an element that is none', 'POST /Patient', patient('A', { colour: 'red' }), 400],
  ['no body', 'POST /Patient', undefined, 400],
  [
    'a reference to nothing',
    'POST /Patient',
    patient('A', { managingOrganization: { reference: 'Organization/none' } }),
    422,
  ],
])('%s is refused', async (_, line, body, status) => {
  const answer = await clinic.send(line, body === undefined ? {} : { body })
  expect(answer.status).toBe(status)
  expect(answer.json.resourceType).toBe('OperationOutcome')
})

test('a scope without create cannot create', async () => {
  const reader = principal('system/Patient.rs system/Observation.cruds')
  expect((await clinic.send('POST /Patient', { as: reader, body: patient('A') })).status).toBe(403)
})

test('a patient creates in the own compartment and in no other', async () => {
  const aroha = await clinic.send('POST /Patient', { body: patient('Aroha') })
  const other = await clinic.send('POST /Patient', { body: patient('Other') })
  const as = principal('patient/*.cruds', { patient: String(aroha.json.id) })
  const observation = (id: unknown) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'mood' },
    subject: { reference: `Patient/${id}` },
  })
  expect((await clinic.send('POST /Observation', { as, body: observation(aroha.json.id) })).status).toBe(201)
  const refused = await clinic.send('POST /Observation', { as, body: observation(other.json.id) })
  expect(refused.status).toBe(403)
  const found = await clinic.send(`GET /Observation?subject=Patient/${other.json.id}&_summary=count`)
  expect(found.json.total).toBe(0)
})

describe('a conditional create', () => {
  const mrn = (value: string) => ({ identifier: [{ system: 'http://example.org/mrn', value }] })

  test('creates when nothing matches, and answers what is there when something does', async () => {
    const ifNoneExist = 'identifier=http://example.org/mrn|c-1'
    const first = await clinic.send('POST /Patient', { body: patient('A', mrn('c-1')), ifNoneExist })
    const second = await clinic.send('POST /Patient', { body: patient('B', mrn('c-1')), ifNoneExist })
    expect(first.status).toBe(201)
    expect(second).toMatchObject({ status: 200, location: first.location, text: first.text })
  })

  test('is refused when several match', async () => {
    await clinic.send('POST /Patient', { body: patient('A', mrn('c-2')) })
    await clinic.send('POST /Patient', { body: patient('B', mrn('c-2')) })
    const answer = await clinic.send('POST /Patient', { body: patient('C'), ifNoneExist: 'identifier=c-2' })
    expect(answer.status).toBe(412)
  })

  test.each(['', '?', 'identifier=', 'active=true&identifier=', 'shoe-size=44', '_count=1'])(
    'with the criteria "%s" is refused',
    async (ifNoneExist) => {
      expect((await clinic.send('POST /Patient', { body: patient('A'), ifNoneExist })).status).toBe(400)
    },
  )

  test('finds by a reference, written relative or absolute', async () => {
    await clinic.send('PUT /Patient/c4', { body: patient('A', { id: 'c4' }) })
    const reference = { reference: 'Patient/c4' }
    const body = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: reference }
    const sent = (ifNoneExist: string) => clinic.send('POST /Observation', { body, ifNoneExist })
    expect((await sent('subject=Patient/c4')).status).toBe(201)
    expect((await sent('subject=Patient/c4')).status).toBe(200)
    expect((await sent(`subject=${base}/Patient/c4`)).status).toBe(200)
  })

  test('needs the right to search', async () => {
    const as = principal('system/Patient.c')
    const answer = await clinic.send('POST /Patient', {
      as,
      body: patient('A'),
      ifNoneExist: 'identifier=c-3',
    })
    expect(answer.status).toBe(403)
  })

  test('fifty at once leave one patient', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        clinic.send('POST /Patient', {
          body: patient(`Racer${index}`, mrn('c-50')),
          ifNoneExist: index % 2 === 0 ? 'identifier=http://example.org/mrn|c-50' : 'identifier=c-50',
        }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array(49).fill(200), 201])
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
    expect((await clinic.send('GET /Patient?identifier=c-50&_summary=count')).json.total).toBe(1)
  })
})
