import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '../../../src/fhir/resource.ts'
import type { Store } from '../../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { keyOf, SearchOracle } from '../../support/search-oracle.ts'
import { definitions, queryOf, viewerOf, writeIndexed } from './population.ts'

/** Ranges that lie apart, touch, overlap, contain each other and are the same; midnight is Berlin's, +01:00 in winter. */
const days = ['2019', '2020', '2020-02', '2020-02-28', '2020-02-29', '2020-03-01', '2020-03', '2021']
const instants = [
  '2020-02-28T23:00:00Z',
  '2020-02-29T00:00:00+01:00',
  '2020-02-29T22:59:59Z',
  '2020-02-29T22:59:59.999Z',
  '2020-02-29T23:00:00Z',
  '2020-02-29T23:00:00.001Z',
  '2020-12-31T23:00:00Z',
]
const periods = [
  { start: '2020-02-28', end: '2020-02-28' },
  { start: '2020-02-28', end: '2020-03-01' },
  { start: '2020-02-29' },
  { end: '2020-02-29' },
  { start: '2020-02-29T22:00:00Z', end: '2020-02-29T23:00:00Z' },
  { start: '2019', end: '2020' },
]
const numbers = ['-1', '0', '4.95', '5', '5.0', '5.05', '5.4', '99.5', '100', '100.4999', '100.5', '1e2']
const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

function each<Value>(
  resourceType: string,
  values: readonly Value[],
  build: (value: Value) => object,
): Resource[] {
  return values.map((value, place) => ({
    resourceType,
    id: `${resourceType.toLowerCase()}-${place}`,
    ...build(value),
  }))
}

const quantity = (value: string) => ({ value: JSON.rawJSON(value), unit: 'mg' })
const pairs = <Value>(values: readonly Value[]) =>
  values.map((value, place) => [value, values[(place + 5) % values.length] as Value])

const resources = [
  ...each('Patient', days, (birthDate) => ({ birthDate })),
  ...each('Slot', instants, (start) => ({ start })),
  ...each('Observation', [...days, ...instants], (effectiveDateTime) => ({ effectiveDateTime })),
  ...each('Encounter', periods, (period) => ({ period })),
  ...each('CarePlan', pairs(periods), (list) => ({
    activity: list.map((scheduledPeriod) => ({ detail: { scheduledPeriod } })),
  })),
  ...each('RiskAssessment', pairs(numbers), (list) => ({
    prediction: list.map((number) => ({ probabilityDecimal: JSON.rawJSON(number) })),
  })),
  ...each('MolecularSequence', ['4', '5', '100'], (start) => ({
    referenceSeq: { windowStart: JSON.rawJSON(start), windowEnd: JSON.rawJSON('100') },
  })),
  ...each('ChargeItem', numbers, (value) => ({ quantity: quantity(value) })),
  ...each('Substance', pairs(numbers), (list) => ({
    instance: list.map((value) => ({ quantity: quantity(value) })),
  })),
  ...each('Condition', ['4', '5', '101'], (low) => ({
    onsetRange: { low: quantity(low), high: quantity('101') },
  })),
]

let clinic: TestDatabase
let store: Store
let oracle: SearchOracle

beforeAll(async () => {
  clinic = await createTestDatabase({ checkReferences: false })
  store = clinic.database.asSystem('main')
  oracle = new SearchOracle(definitions, await writeIndexed(store, resources))
})
afterAll(() => clinic.drop())

test.each([
  ['Patient', 'birthdate', [...days, ...instants]],
  ['Slot', 'start', [...days, ...instants]],
  ['Observation', 'date', [...days, ...instants]],
  ['Encounter', 'date', [...days, ...instants]],
  ['CarePlan', 'activity-date', [...days, ...instants]],
  ['RiskAssessment', 'probability', numbers],
  ['MolecularSequence', 'window-start', numbers],
  ['ChargeItem', 'quantity', numbers],
  ['Substance', 'quantity', numbers],
  ['Condition', 'onset-age', numbers],
])('every prefix of %s?%s at every edge', async (type, code, values) => {
  for (const prefix of prefixes)
    for (const value of values) {
      const query = queryOf(`${type}?${code}=${prefix}${value}`)
      const page = await store.search(query)
      expect({ prefix, value, found: page.matches.map(keyOf) }).toEqual({
        prefix,
        value,
        found: oracle.search(query, viewerOf('main')),
      })
    }
})
