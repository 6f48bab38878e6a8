import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { createStructureDefinitionRule } from '#interaction/definitions/check-structure-definition.ts'
import { ClinicDefinitions } from '#interaction/definitions/clinic-definitions.ts'
import { type Clinic, definitions, openClinic } from '../open-clinic.ts'

const shipped = { profiles: loadProfiles(definitions), valueSets: 'shipped' }
const home = 'https://clinic.example/fhir/StructureDefinition/'
const rule = createStructureDefinitionRule({
  definitions,
  shipped: shipped.profiles,
  changed: (tenant) => clinicDefinitions.forget(tenant),
})
let clinic: Clinic
let clinicDefinitions: ClinicDefinitions<string>

beforeAll(async () => {
  clinic = await openClinic({ rules: [rule] })
  clinicDefinitions = new ClinicDefinitions({
    database: clinic.database,
    definitions,
    shipped,
    loadValueSets: async () => shipped.valueSets,
    subscribe: () => () => undefined,
  })
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Said {
  readonly path: string
  readonly [property: string]: unknown
}

function profile(name: string, said: readonly Said[], more: object = {}) {
  const elements = said.length === 0 ? [{ path: 'Patient' }] : said
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url: home + name,
    name,
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: (elements.length === 0 ? [{ path: 'Patient' }] : elements).map(identified) },
    ...more,
  }
}

/** Unique, as R4 asks of all of them. */
function identified(element: object, index: number): object {
  return { id: `element-${index}`, ...element }
}

const put = (name: string, elements: readonly Said[], more?: object) =>
  clinic.send(`PUT /StructureDefinition/${name}`, { body: profile(name, elements, more) })

async function minimumOf(name: string, element: string, tenant = 'main'): Promise<number | undefined> {
  const { profiles } = await clinicDefinitions.of(tenant)
  return profiles.profile(home + name)?.elements.find((one) => one.name === element)?.min
}

test('a profile that is stored is known from the next write on, changed with it and gone with it', async () => {
  expect(await minimumOf('named', 'name')).toBeUndefined()
  expect((await put('named', [{ path: 'Patient.name', min: 1 }])).status).toBe(201)
  expect(await minimumOf('named', 'name')).toBe(1)
  expect((await put('named', [{ path: 'Patient.name', min: 2 }])).status).toBe(200)
  expect(await minimumOf('named', 'name')).toBe(2)
  await put('named', [{ path: 'Patient.name', min: 2 }], { status: 'retired' })
  expect(await minimumOf('named', 'name')).toBeUndefined()
  await put('named', [{ path: 'Patient.name', min: 2 }])
  await clinic.send('DELETE /StructureDefinition/named')
  expect(await minimumOf('named', 'name')).toBeUndefined()
})

test("another clinic knows nothing of it, and shares what is the server's", async () => {
  await put('ours', [{ path: 'Patient.name', min: 1 }])
  expect(await minimumOf('ours', 'name')).toBe(1)
  expect(await minimumOf('ours', 'name', 'north')).toBeUndefined()
  expect(await clinicDefinitions.of('north')).toBe(shipped)
})

test('a profile that loosens its base is refused with every place, and nothing is stored', async () => {
  const answer = await put('loose', [
    { path: 'Patient.gender', max: '3' },
    { path: 'Patient.link.type', min: 0 },
  ])
  expect(answer.status).toBe(422)
  expect(answer.json.issue).toEqual([
    {
      severity: 'error',
      code: 'business-rule',
      diagnostics: 'Patient.gender may occur 1 times in the base: max 3 would loosen it.',
      expression: ['StructureDefinition.differential.element[0].max'],
    },
    {
      severity: 'error',
      code: 'business-rule',
      diagnostics: 'Patient.link.type must occur 1 times in the base: min 0 would loosen it.',
      expression: ['StructureDefinition.differential.element[1].min'],
    },
  ])
  expect((await clinic.send('GET /StructureDefinition/loose')).status).toBe(404)
})

test('a profile rests on another one of the clinic, which then can neither go nor contradict it', async () => {
  await put('ground', [{ path: 'Patient.name', min: 1 }])
  const house = { baseDefinition: `${home}ground` }
  expect((await put('house', [{ path: 'Patient.name', min: 0 }], house)).status).toBe(422)
  expect((await put('house', [{ path: 'Patient.name', min: 2 }], house)).status).toBe(201)
  const roof = { baseDefinition: `${home}house` }
  expect((await put('roof', [{ path: 'Patient.name', max: '2' }], roof)).status).toBe(201)
  const gone = await clinic.send('DELETE /StructureDefinition/ground')
  expect([gone.status, gone.text]).toEqual([
    422,
    expect.stringContaining('StructureDefinition/house rests on'),
  ])
  const moved = await put('ground', [{ path: 'Patient.name', min: 3 }])
  expect([moved.status, moved.text]).toEqual([422, expect.stringContaining('would not stand any more')])
  expect(
    (
      await put('ground', [
        { path: 'Patient.name', min: 1 },
        { path: 'Patient.gender', min: 1 },
      ])
    ).status,
  ).toBe(200)
  expect(await minimumOf('roof', 'gender')).toBe(1)
})

test('profiles that would come to rest on each other in a circle are refused', async () => {
  await put('first', [])
  await put('second', [], { baseDefinition: `${home}first` })
  const answer = await put('first', [], { baseDefinition: `${home}second` })
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('leads back to this profile')])
})

test('a base that nobody has stored is refused', async () => {
  const answer = await put('airy', [], { baseDefinition: 'https://nowhere.example/base' })
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('store it first')])
})

test.each([
  ['a type of FHIR', 'http://hl7.org/fhir/StructureDefinition/Patient'],
  ['an extension of FHIR', 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'],
  ['a profile of the server', 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'],
])('%s is not replaced', async (_, url) => {
  const answer = await put('replaced', [], { url })
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('cannot be replaced')])
})

test('a type of its own is no profile; a logical model is kept and used for nothing', async () => {
  const type = await put('type', [{ path: 'Visit' }], { derivation: 'specialization', type: 'Visit' })
  expect([type.status, type.text]).toEqual([422, expect.stringContaining("derivation 'constraint'")])
  const model = { kind: 'logical', type: 'https://clinic.example/Visit', derivation: 'specialization' }
  expect((await put('model', [{ path: 'Visit' }], model)).status).toBe(201)
})

test('one URL and version is one profile; another version is another', async () => {
  await put('once', [], { version: '1' })
  const again = await clinic.send('POST /StructureDefinition', {
    body: profile('once', [], { version: '1' }),
  })
  expect([again.status, again.text]).toEqual([
    409,
    expect.stringContaining('StructureDefinition/once has this URL'),
  ])
  const next = await clinic.send('POST /StructureDefinition', {
    body: profile('once', [{ path: 'Patient.name', min: 1 }], { version: '2' }),
  })
  expect(next.status).toBe(201)
  expect(await minimumOf('once', 'name')).toBe(1)
  expect(await minimumOf('once|1', 'name')).toBe(0)
})

test('of two that would make a circle at the same moment, one is refused', async () => {
  await put('left', [])
  await put('right', [])
  const answers = await Promise.all([
    put('left', [], { baseDefinition: `${home}right` }),
    put('right', [], { baseDefinition: `${home}left` }),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
})

test('a clinic that holds as many profiles as it may is told so, and may go on changing those', async () => {
  const few = createStructureDefinitionRule({
    definitions,
    shipped: shipped.profiles,
    changed: () => undefined,
    most: 2,
  })
  await using small = await openClinic({ rules: [few] })
  const store = (name: string) => small.send(`PUT /StructureDefinition/${name}`, { body: profile(name, []) })
  expect([(await store('one')).status, (await store('two')).status]).toEqual([201, 201])
  const { status, json } = await store('three')
  expect(status).toBe(422)
  expect(json.issue).toMatchObject([
    { code: 'business-rule', diagnostics: expect.stringContaining('2 profiles at most') },
  ])
  expect((await store('two')).status).toBe(200)
  expect((await small.send('DELETE /StructureDefinition/one')).status).toBe(204)
  expect((await store('three')).status).toBe(201)
})
