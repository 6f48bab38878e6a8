import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOf, openUsCoreClinic, seeded, type UsCoreClinic, url } from './us-core-clinic.ts'

/** https://hl7.org/fhir/us/core/general-requirements.html#missing-data */
const absent = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
const unknown = { extension: [{ url: absent, valueCode: 'unknown' }] }
let clinic: UsCoreClinic
beforeAll(async () => {
  clinic = await openUsCoreClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

test('what is optional and not known is left out: nothing is added to what was sent', async () => {
  const { meta, ...sparse } = {
    resourceType: 'Patient',
    id: 'sparse',
    meta: { profile: [url('patient')] },
    identifier: [{ system: 'https://amherst.example/mrn', value: '7' }],
    name: [{ family: 'Sparse' }],
  }
  await clinic.send('PUT', 'Patient/sparse', { ...sparse, meta })
  const { json } = await clinic.send('GET', 'Patient/sparse')
  const { meta: stored, ...back } = json
  expect(back).toEqual(sparse)
  expect(Object.keys(stored ?? {}).sort()).toEqual(['lastUpdated', 'profile', 'versionId'])
})

test.each([
  [{ birthDate: '' }],
  [{ name: [{ family: '' }] }],
  [{ address: [] }],
  [{ telecom: [{ system: 'phone', value: '' }] }],
  [{ gender: null }],
])('an empty %j in place of what is not known is refused', async (empty) => {
  const { status, json } = await clinic.send('POST', 'Patient', { ...copyOf('us-core-amy'), ...empty })
  expect([400, 422]).toContain(status)
  expect(json.issue?.[0]?.diagnostics).toMatch(/leave|must/)
})

test('an instance shows data-absent-reason as an extension, and one as a code', () => {
  const texts = seeded.map((resource) => JSON.stringify(resource))
  expect(texts.some((text) => text.includes(`{"url":"${absent}","valueCode":"unknown"}`))).toBe(true)
  const code = '"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"'
  expect(texts.some((text) => text.includes(code))).toBe(true)
})

test('a name that is not known says so, and a name of nothing is refused', async () => {
  const nameless = copyOf('us-core-unknown')
  expect((await clinic.send('PUT', 'Patient/us-core-unknown', nameless)).status).toBe(200)
  const { status, json } = await clinic.send('PUT', 'Patient/us-core-unknown', {
    ...nameless,
    name: [{ use: 'official' }],
  })
  expect(status).toBe(422)
  expect(json.issue?.[0]?.diagnostics).toContain('us-core-6')
})

test('a code of a required value set that is not known is its "unknown"', async () => {
  const { json } = await clinic.send('GET', 'Patient/us-core-unknown')
  expect(json).toMatchObject({ gender: 'unknown' })
})

test('a language that no tag is known of is told in words, or as not known', async () => {
  for (const language of [{ text: 'a dialect of the valley' }, unknown]) {
    const patient = { ...copyOf('us-core-unknown'), id: 'tongue', communication: [{ language }] }
    expect([200, 201]).toContain((await clinic.send('PUT', 'Patient/tongue', patient)).status)
  }
})

test('a code that nobody needs to keep to is data-absent-reason when it is not known', async () => {
  const { json } = await clinic.send('GET', 'Practitioner/us-core-nurse')
  expect(json).toMatchObject({ qualification: [{ code: { coding: [{ code: 'unknown' }] } }] })
})

test.each([
  ['telecom.system', { telecom: [{ _system: unknown, value: '555-0100' }] }],
  ['gender', { gender: undefined, _gender: unknown }],
])(
  'a required code, %s, that is neither known nor unknown by a code is never held: 422, 404 and no match',
  async (_, gap) => {
    const id = 'gap'
    const patient = { ...copyOf('us-core-amy'), id, ...gap }
    const { status, json } = await clinic.send('PUT', `Patient/${id}`, patient)
    expect(status).toBe(422)
    expect(json.issue?.[0]?.diagnostics).toMatch(/must have a cod(e|ing)/)
    const read = await clinic.send('GET', `Patient/${id}`)
    expect(read.status).toBe(404)
    expect(read.json.resourceType).toBe('OperationOutcome')
    expect(await clinic.found(`Patient?_id=${id}`)).toEqual([])
  },
)
