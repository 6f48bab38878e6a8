import { expect, test, vi } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { type CapabilityParts, createCapabilities } from '#interaction/capabilities/capabilities.ts'
import type { ServedProfile } from '#interaction/capabilities/profiles.ts'
import { checkServed, isServed } from '#interaction/capabilities/served.ts'
import type { Operation } from '#interaction/operation.ts'
import { loadValidator } from '../support/validator.ts'

const everything: Operation = {
  definition: {
    resourceType: 'OperationDefinition',
    url: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    name: 'everything',
    code: 'everything',
    system: false,
    type: false,
    instance: true,
    resource: ['Patient'],
  },
  invoke: () => Promise.reject(new Error('not asked for here')),
}
const parts: CapabilityParts = {
  definitions: loadDefinitions(),
  operations: [everything],
  settings: { requireIfMatch: false, conditionalDeleteMultiple: false },
  version: '1.2.3',
  since: new Date('2026-01-02T03:04:05Z'),
}
const base = 'https://clinic.example/fhir'

interface Entry {
  type: string
  interaction: { code: string }[]
  searchParam: { name: string; definition: string; type: string }[]
  searchInclude: string[]
  searchRevInclude: string[]
  operation?: { name: string; definition: string }[]
  [element: string]: unknown
}
interface Statement {
  rest: [
    {
      resource: Entry[]
      interaction: { code: string }[]
      searchParam: { name: string }[]
      [element: string]: unknown
    },
  ]
  [element: string]: unknown
}
const mediaType = 'application/fhir+json; charset=utf-8'
const ask = (query: Record<string, string>, changes: Partial<CapabilityParts> = {}) =>
  createCapabilities({ ...parts, ...changes }).answer({ base, mediaType, query: Object.entries(query) })
const statement = (mode = 'full', changes: Partial<CapabilityParts> = {}): Statement =>
  JSON.parse(ask({ mode }, changes).body ?? '')
const full = statement()
const entry = (type: string, from = full) => from.rest[0].resource.find((one) => one.type === type) as Entry

test('it names the compartments that a search can go through', () => {
  expect(full.rest[0].compartment).toContain('http://hl7.org/fhir/CompartmentDefinition/patient')
  expect(full.rest[0].compartment).toHaveLength(5)
})

test('the statement says what software answers, where, and in which version of FHIR', () => {
  expect(full).toMatchObject({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-02T03:04:05.000Z',
    kind: 'instance',
    software: { name: 'Almanac', version: '1.2.3' },
    implementation: { url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
  })
})

test('every R4 type is there, with every search parameter that can be asked of it', () => {
  expect(full.rest[0].resource.map(({ type }) => type)).toEqual(parts.definitions.resourceTypes)
  const notOfOneType = ['_query', '_type']
  for (const { type, searchParam } of full.rest[0].resource) {
    const codes = parts.definitions.searchParameters(type).map(({ code }) => code)
    expect(searchParam.map(({ name }) => name)).toEqual(codes.filter((code) => !notOfOneType.includes(code)))
  }
  expect(entry('Patient').searchParam).toContainEqual({
    name: 'birthdate',
    definition: 'http://hl7.org/fhir/SearchParameter/individual-birthdate',
    type: 'date',
  })
})

test('a type is included by what it refers to, and by what refers to it', () => {
  expect(entry('Appointment').searchInclude).toContain('Appointment:patient')
  expect(entry('Patient').searchRevInclude).toContain('Appointment:patient')
  expect(entry('Patient').searchRevInclude).not.toContain('Appointment:location')
})

test('what can be searched across types is what every type has', () => {
  const names = full.rest[0].searchParam.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['_id', '_lastUpdated', '_tag']))
  expect(names).not.toContain('status')
})

test('an operation is told on its types alone', () => {
  expect(entry('Patient').operation).toEqual([
    { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
  ])
  expect(entry('Observation')).not.toHaveProperty('operation')
  expect(full.rest[0]).not.toHaveProperty('operation')
})

test('a setting that changes what the server does changes what it claims', () => {
  expect(entry('Patient')).toMatchObject({ versioning: 'versioned', conditionalDelete: 'single' })
  const strict = statement('full', { settings: { requireIfMatch: true, conditionalDeleteMultiple: true } })
  expect(entry('Patient', strict)).toMatchObject({
    versioning: 'versioned-update',
    conditionalDelete: 'multiple',
  })
})

test('AuditEvent claims no way to change or delete an event, and the road refuses it with the methods that are left', () => {
  expect(entry('AuditEvent').interaction.map(({ code }) => code)).toEqual([
    'read',
    'vread',
    'history-instance',
    'create',
    'search-type',
  ])
  expect(isServed('Patient', 'delete')).toBe(true)
  expect(() => checkServed('Patient', 'delete')).not.toThrow()
  expect(() => checkServed('AuditEvent', 'delete')).toThrow(
    expect.objectContaining({ kind: 'method-not-allowed', headers: { Allow: 'GET, HEAD, POST' } }),
  )
})

test('the normative mode leaves out what is trial use', () => {
  const normative = statement('normative')
  expect(normative.rest[0]).not.toHaveProperty('security')
  expect(Object.keys(entry('Patient', normative))).toEqual([
    'type',
    'profile',
    'interaction',
    'searchParam',
    'operation',
  ])
})

test('the terminology mode tells of terminology', () => {
  expect(statement('terminology')).toMatchObject({
    resourceType: 'TerminologyCapabilities',
    software: { name: 'Almanac', version: '1.2.3' },
    implementation: { url: base },
  })
})

test.each(['nonsense', '', 'Full', 'constructor'])(
  'a mode that is not known, "%s", is refused with those that are',
  (mode) => {
    expect(() => ask({ mode })).toThrow(expect.objectContaining({ kind: 'value' }))
    expect(() => ask({ mode })).toThrow(/ask for full, normative, terminology or for none/)
  },
)

test('every clinic reads its own address, and nothing of the statement is built twice', () => {
  const capabilities = createCapabilities(parts)
  const textAt = (address: string) => capabilities.answer({ base: address, mediaType, query: [] }).body ?? ''
  const main = textAt('http://127.0.0.1:8080/fhir')
  const asked = vi.spyOn(parts.definitions, 'searchParameters')
  const north = textAt('http://127.0.0.1:8080/c/north/fhir')
  expect(asked).not.toHaveBeenCalled()
  createCapabilities(parts).answer({ base, mediaType, query: [] })
  expect(asked).toHaveBeenCalled()
  asked.mockRestore()
  expect(JSON.parse(north)).toMatchObject({
    url: 'http://127.0.0.1:8080/c/north/fhir/metadata',
    implementation: { url: 'http://127.0.0.1:8080/c/north/fhir' },
  })
  expect(north.length - main.length).toBe(2 * '/c/north'.length)
})

test('who has the statement already is told so, in each format by itself, whichever process says it', () => {
  const first = ask({})
  expect(first).toMatchObject({ status: 200, headers: { 'Cache-Control': 'no-cache' } })
  const etag = first.etag ?? ''
  const again = (ifNoneMatch: string, changes: Partial<CapabilityParts> = {}, format = mediaType) =>
    createCapabilities({ ...parts, ...changes }).answer({ base, query: [], ifNoneMatch, mediaType: format })
  expect(again(etag)).toEqual({ ...first, status: 304, body: undefined })
  expect(again(`W/"other", ${etag}`, { since: new Date() }).status).toBe(304)
  expect(again(etag, {}, 'application/json; charset=utf-8').status).toBe(200)
  expect(again(etag, { version: '1.2.4' }).status).toBe(200)
  expect(() => again('nonsense')).toThrow(/ETag/)
})

test('a summary is small, chosen elements come with those that are needed to read them, and both are marked', () => {
  const summary = ask({ _summary: 'true' }).body ?? ''
  expect(summary.length).toBeLessThan((ask({}).body ?? '').length / 4)
  const some = JSON.parse(ask({ _elements: 'software' }).body ?? '')
  expect(Object.keys(some).join(' ')).toBe('resourceType status kind fhirVersion format date software meta')
})

const usCore: readonly ServedProfile[] = [
  'patient',
  'practitioner',
  'practitionerrole',
  'organization',
  'location',
].map((name) => ({
  url: `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`,
  version: '7.0.0',
  type: { practitionerrole: 'PractitionerRole' }[name] ?? name.charAt(0).toUpperCase() + name.slice(1),
}))

test('a profile is claimed for its type, each version by name where there are several', () => {
  const [patient, , , , location] = usCore as [ServedProfile, ...ServedProfile[]]
  const older = { ...patient, version: '6.1.0' }
  const with2 = statement('full', { profiles: () => [...usCore, older] })
  expect(entry('Patient', with2).supportedProfile).toEqual([
    patient.url,
    `${patient.url}|6.1.0`,
    `${patient.url}|7.0.0`,
  ])
  expect(entry('Location', with2).supportedProfile).toEqual([location?.url])
  expect(entry('Slot', with2)).not.toHaveProperty('supportedProfile')
})

test("US Core's server is claimed with all five of its profiles, and not with four", () => {
  expect(statement('full', { profiles: () => usCore })).toMatchObject({
    instantiates: ['http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server'],
  })
  expect(statement('full', { profiles: () => usCore.slice(1) })).not.toHaveProperty('instantiates')
})

const expand: Operation = {
  definition: {
    ...everything.definition,
    code: 'expand',
    resource: ['ValueSet'],
    parameter: [
      { name: 'filter', use: 'in', min: 0, max: '1', type: 'string', documentation: 'Words.' },
      { name: 'return', use: 'out', min: 1, max: '1', type: 'ValueSet' },
    ],
  },
  invoke: everything.invoke,
}

test('terminology is claimed as far as its operations are wired', () => {
  expect(statement('terminology')).not.toHaveProperty('expansion')
  const codeSystems = () => [
    { url: 'http://loinc.org', version: '2.77' },
    { url: 'urn:clinic:codes' },
    { url: 'http://loinc.org', version: '2.76' },
  ]
  expect(statement('terminology', { operations: [expand], codeSystems })).toMatchObject({
    codeSystem: [
      { uri: 'http://loinc.org', version: [{ code: '2.76' }, { code: '2.77' }] },
      { uri: 'urn:clinic:codes' },
    ],
    expansion: { paging: true, parameter: [{ name: 'filter', documentation: 'Words.' }] },
  })
})

test.each(['full', 'normative', 'terminology'])('the %s statement is itself right by R4', (mode) => {
  const validator = loadValidator(parts.definitions)
  const changes = { profiles: () => usCore, operations: [everything, expand] }
  const { body = '' } = ask({ mode }, changes)
  const type = mode === 'terminology' ? 'TerminologyCapabilities' : 'CapabilityStatement'
  const issues = validator.validate(parseJson(body), { type })
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
})
