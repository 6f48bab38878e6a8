import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { type CapabilityParts, createCapabilities } from '#interaction/capabilities.ts'
import { checkServed, isServed } from '#interaction/capabilities-served.ts'
import type { Operation } from '#interaction/operation.ts'

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
const statement = (mode?: string, changes: Partial<CapabilityParts> = {}): Statement =>
  JSON.parse(createCapabilities({ ...parts, ...changes }).text(base, mode))
const full = statement()
const entry = (type: string, from = full) => from.rest[0].resource.find((one) => one.type === type) as Entry

test('the statement says what software answers, where, and in which version of FHIR', () => {
  expect(full).toMatchObject({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-02T03:04:05.000Z',
    kind: 'instance',
    software: { name: 'Almanac', version: '1.2.3' },
    implementation: { url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
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

test('every clinic reads its own address, and nothing of the statement is built twice', () => {
  const capabilities = createCapabilities(parts)
  const main = capabilities.text('http://127.0.0.1:8080/fhir')
  const started = performance.now()
  const north = capabilities.text('http://127.0.0.1:8080/c/north/fhir')
  expect(performance.now() - started).toBeLessThan(50)
  expect(JSON.parse(north).implementation.url).toBe('http://127.0.0.1:8080/c/north/fhir')
  expect(north.length - main.length).toBe('/c/north'.length)
})
