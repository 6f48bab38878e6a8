import { expect, test } from 'vitest'
import { admits } from '#access/admits.ts'
import { createPrincipal } from '#access/create-principal.ts'
import { createExtractor } from '#fhir/extract.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Clause } from '#fhir/search-query.ts'

const definitions = loadDefinitions()
const extractor = createExtractor(definitions)
const context = { localBases: ['http://127.0.0.1:8080/fhir'], timeZone: 'UTC' }
const observation = (subject: string, system?: string, code = 'Lab') => ({
  resourceType: 'Observation',
  id: 'o',
  subject: { reference: subject },
  category: [{ coding: [{ ...(system === undefined ? {} : { system }), code }] }],
})
const shows = (scope: string, resource: ReturnType<typeof observation>) => {
  const { visible } = createPrincipal(
    { tenant: 'main', clientId: 'a', tokenId: 't', scope, patient: 'mine' },
    definitions,
  )
  return admits(visible('Observation'), resource, extractor, context)
}

test('who sees all sees each, who sees nothing sees none', () => {
  expect(shows('system/*.rs', observation('Patient/other'))).toBe(true)
  expect(shows('system/Patient.rs', observation('Patient/mine'))).toBe(false)
})

test('a patient sees what is about them, also by the address of this clinic', () => {
  expect(shows('patient/*.rs', observation('Patient/mine'))).toBe(true)
  expect(shows('patient/*.rs', observation('http://127.0.0.1:8080/fhir/Patient/mine'))).toBe(true)
  expect(shows('patient/*.rs', observation('Patient/other'))).toBe(false)
})

test.each([
  ['lab', 'urn:a', true],
  ['urn:a|LAB', 'urn:a', true],
  ['urn:a|', 'urn:a', true],
  ['|lab', undefined, true],
  ['|lab', 'urn:a', false],
  ['urn:b|lab', 'urn:a', false],
  ['laboratory', 'urn:a', false],
])('category=%s on a category of system %s: %s', (value, system, expected) => {
  expect(shows(`patient/Observation.rs?category=${value}`, observation('Patient/mine', system))).toBe(
    expected,
  )
  expect(shows(`patient/Observation.rs?category=${value}`, observation('Patient/other', system))).toBe(false)
})

test('a clause that cannot be judged admits nothing', () => {
  const unjudged: Clause = { kind: 'text', scope: 'content', query: 'lab' }
  expect(admits(unjudged, observation('Patient/mine'), extractor, context)).toBe(false)
  expect(admits({ kind: 'not', clause: unjudged }, observation('Patient/mine'), extractor, context)).toBe(
    false,
  )
})
