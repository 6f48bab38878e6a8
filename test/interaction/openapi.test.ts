import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test, vi } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { findRoute } from '#interaction/address/route.ts'
import { type CapabilityParts, createCapabilities } from '#interaction/capabilities/capabilities.ts'
import { createOpenApi } from '#interaction/openapi/openapi.ts'
import type { Operation } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'

const invoke: Operation['invoke'] = () => Promise.reject(new Error('not asked for here'))
const operations = ['meta', 'meta-add', 'patient-everything'].map((name) => ({
  definition: loadOperationDefinition(name),
  invoke,
}))
const parts: CapabilityParts = {
  definitions: loadDefinitions(),
  operations,
  settings: { requireIfMatch: false, conditionalDeleteMultiple: false },
  version: '1.2.3',
  since: new Date(),
}
const base = 'https://clinic.example/fhir'
const mediaType = 'application/json'

interface Endpoint {
  operationId: string
  parameters?: { $ref?: string; name?: string; in?: string }[]
  requestBody?: object
  responses: Record<string, object>
}
interface Document {
  openapi: string
  info: { version: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Endpoint> & { parameters?: { $ref: string }[] }>
  components: Record<string, Record<string, { name?: string; in?: string; content?: object }>>
}
const openApi = createOpenApi(parts)
const text = openApi.answer({ base, mediaType }).body ?? ''
const document = JSON.parse(text) as Document
const statement = JSON.parse(createCapabilities(parts).answer({ base, mediaType, query: [] }).body ?? '')
const { rest, format } = statement
const isResourceType = (name: string) => parts.definitions.isResourceType(name)

const methods = new Set(['get', 'post', 'put', 'patch', 'delete'])
const endpoints = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => methods.has(method))
    .map(([method, endpoint]) => ({ path, method, endpoint: endpoint as Endpoint, item })),
)
/** What the router makes of it. */
const routed = endpoints.map(({ path, method, endpoint }) => {
  const address = path.replace('{id}', 'an-id').replace('{versionId}', '1')
  return { path, endpoint, route: findRoute(method.toUpperCase(), address, isResourceType) }
})

test('a validator of OpenAPI finds nothing wrong with it', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' }, servers: [{ url: base }] })
})

test('every reference leads to a component, and no component lies about unused but data types', () => {
  const wanted = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name = '']) => name))
  const there = Object.entries(document.components).flatMap(([kind, parts]) =>
    Object.keys(parts).map((name) => `${kind}/${name}`),
  )
  expect([...wanted].filter((name) => !there.includes(name))).toEqual([])
  expect(there.filter((name) => !name.startsWith('securitySchemes/') && !wanted.has(name))).toEqual([])
})

test('every endpoint has a name of its own, and its path has the parameters that it names', () => {
  const names = endpoints.map(({ endpoint }) => endpoint.operationId)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[A-Za-z]+$/.test(name))).toEqual([])
  for (const { path, item } of endpoints) {
    const declared = (item.parameters ?? []).map(({ $ref }) => $ref.split('/').at(-1))
    expect(declared, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  }
})

test('the router knows every endpoint, and of each type those that the CapabilityStatement claims', () => {
  for (const { type, interaction } of rest[0].resource) {
    const claimed = interaction.map(({ code }: { code: string }) => code)
    const found = routed.filter(({ route }) => route.type === type).map(({ route }) => route.interaction)
    expect(new Set(found.filter((name) => name !== 'operation')), type).toEqual(new Set(claimed))
  }
  const ofSystem = routed
    .filter(({ route }) => route.type === undefined)
    .map(({ route }) => route.interaction)
  expect(new Set(ofSystem)).toEqual(
    new Set([
      ...['search-system', 'history-system', 'bundle', 'operation'],
      ...['capabilities', 'openapi', 'smart-configuration'],
    ]),
  )
})

test('a conditional form is there where it is claimed', () => {
  for (const { type, conditionalUpdate, conditionalDelete } of rest[0].resource) {
    const item = document.paths[`/${type}`] ?? {}
    expect(['put' in item, 'patch' in item], type).toEqual([conditionalUpdate, conditionalUpdate])
    expect('delete' in item, type).toBe(conditionalDelete !== 'not-supported')
  }
})

test('a search takes the parameters that the CapabilityStatement claims for its type', () => {
  const nameOf = ({ $ref, name }: { $ref?: string; name?: string }) =>
    $ref === undefined ? name : document.components.parameters?.[$ref.split('/').at(-1) ?? '']?.name
  const shaping = '_sort _count _include _revinclude _total _summary _elements _format _pretty Prefer'.split(
    ' ',
  )
  for (const { type, searchParam } of rest[0].resource) {
    const names = document.paths[`/${type}`]?.get?.parameters?.map(nameOf)
    expect(names, type).toEqual([...searchParam.map(({ name }: { name: string }) => name), ...shaping])
  }
})

test('an operation is where its definition says, by GET only when it changes nothing', () => {
  const ofMeta = Object.keys(document.paths).filter((path) => /\$meta$/.test(path))
  // Nothing changes an AuditEvent, and it can be asked about like all others.
  expect(ofMeta).toHaveLength(1 + 2 * parts.definitions.resourceTypes.length)
  expect(document.paths).not.toHaveProperty(['/AuditEvent/{id}/$meta-add'])
  expect(Object.keys(document.paths['/Slot/{id}/$meta-add'] ?? {})).toEqual(['parameters', 'post'])
  const everything = document.paths['/Patient/{id}/$everything']
  expect(everything?.get?.parameters?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['start', '_since', '_count']),
  )
  expect(everything?.get?.responses[200]).toEqual({ $ref: '#/components/responses/Bundle' })
  expect(document.paths).not.toHaveProperty(['/Slot/{id}/$everything'])
})

test('answers and bodies come in the formats that are claimed, refusals too', () => {
  const spoken = format.filter((name: string) => name.includes('/'))
  const { responses, requestBodies } = document.components
  for (const part of [responses?.Patient, responses?.Refused, responses?.Failed, requestBodies?.Slot])
    expect(Object.keys(part?.content ?? {})).toEqual(spoken)
  for (const { endpoint, path } of endpoints) {
    if (path === '/openapi.json' || path.startsWith('/.well-known')) continue
    expect(endpoint.responses, path).toHaveProperty('4XX', { $ref: '#/components/responses/Refused' })
  }
})

test('a resource is told with its elements, their types and which of them must be there', () => {
  expect(document.components.schemas).toMatchObject({
    Patient: {
      required: ['resourceType'],
      properties: {
        resourceType: { const: 'Patient' },
        name: { type: 'array', items: { $ref: '#/components/schemas/HumanName' } },
        deceasedDateTime: { $ref: '#/components/schemas/dateTime' },
        contact: { items: { $ref: '#/components/schemas/Patient.contact' } },
      },
    },
    'Questionnaire.item': {
      properties: { item: { items: { $ref: '#/components/schemas/Questionnaire.item' } } },
    },
    Appointment: { required: ['resourceType', 'participant'] },
    decimal: { type: 'number' },
  })
})

test('it is made once, of a size that tools can read, with the address of whoever asks', () => {
  expect(text.length).toBeLessThan(3_000_000)
  const asked = vi.spyOn(parts.definitions, 'searchParameters')
  const north = openApi.answer({ base: 'https://clinic.example/c/north/fhir', mediaType })
  expect(asked).not.toHaveBeenCalled()
  createOpenApi(parts).answer({ base, mediaType })
  expect(asked).toHaveBeenCalled()
  asked.mockRestore()
  expect(north.body).toContain('"servers":[{"url":"https://clinic.example/c/north/fhir"}]')
  const again = openApi.answer({ base, mediaType, ifNoneMatch: north.etag })
  expect([again.status, again.body]).toEqual([304, undefined])
})
