import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ParseOptions, parseSearch } from '../../../src/fhir/search-parse.ts'
import type { SearchQuery, Viewer } from '../../../src/fhir/search-query.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { keyOf, SearchOracle } from '../../support/search-oracle.ts'
import {
  criterion,
  filter,
  includes,
  type Pair,
  populatedTypes,
  population,
  sortKeys,
} from '../../support/search-population.ts'
import { definitions, options as usual, writeIndexed } from './population.ts'

const options: ParseOptions = {
  ...usual,
  count: { default: 1000, most: 1000 },
  now: new Date('2026-01-05T00:00:00Z'),
}
const tenant = 'main'
const everyone: Viewer = { tenant, visible: () => 'all' }

let clinic: TestDatabase
let oracle: SearchOracle

beforeAll(async () => {
  clinic = await createTestDatabase({ checkReferences: false })
  const [resources = []] = fc.sample(population, { numRuns: 1, seed: 20_260_301 })
  oracle = new SearchOracle(definitions, await writeIndexed(clinic.database.asSystem(tenant), resources))
})
afterAll(() => clinic.drop())

async function checkSearch(query: SearchQuery, viewer: Viewer): Promise<void> {
  const expected = oracle.search(query, viewer)
  const page = await clinic.database.openStore(viewer).search({ ...query, total: 'accurate' })
  expect(page.matches.map(keyOf)).toEqual(expected)
  expect(page.total).toBe(expected.length)
  expect(page.included.map(keyOf).sort()).toEqual(oracle.include(query, expected, viewer))
}

const type = fc.constantFrom(...populatedTypes)

function pairsOf(one: string): fc.Arbitrary<readonly Pair[]> {
  return fc.array(criterion(definitions, one), { minLength: 1, maxLength: 2 })
}

test('every kind of criterion finds what the specification says it finds', { timeout: 120_000 }, async () => {
  const search = type.chain((one) => fc.tuple(fc.constant(one), pairsOf(one)))
  await fc.assert(
    fc.asyncProperty(search, async ([one, pairs]) => {
      await checkSearch(parseSearch(definitions, [one], pairs, options).query, everyone)
    }),
    { numRuns: 1500 },
  )
})

test('a filter means what its words say', { timeout: 120_000 }, async () => {
  const search = type.chain((one) => fc.tuple(fc.constant(one), filter(definitions, one)))
  await fc.assert(
    fc.asyncProperty(search, async ([one, text]) => {
      await checkSearch(parseSearch(definitions, [one], [['_filter', text]], options).query, everyone)
    }),
    { numRuns: 400 },
  )
})

test('results come in the order asked for, page by page, forwards and back', {
  timeout: 120_000,
}, async () => {
  const search = type.chain((one) =>
    fc.tuple(fc.constant(one), sortKeys(definitions, one), fc.integer({ min: 1, max: 4 })),
  )
  await fc.assert(
    fc.asyncProperty(search, async ([one, sort, count]) => {
      const { query } = parseSearch(
        definitions,
        [one],
        [
          ['_sort', sort],
          ['_count', String(count)],
        ],
        options,
      )
      const expected = oracle.search(query, everyone)
      const store = clinic.database.openStore(everyone)
      const pages: string[][] = []
      let cursor: string | undefined
      let previous: string | undefined
      do {
        const page = await store.search({ ...query, ...(cursor === undefined ? {} : { cursor }) })
        pages.push(page.matches.map(keyOf))
        expect(page.previous === undefined).toBe(cursor === undefined)
        cursor = page.next
        previous = page.previous
      } while (cursor !== undefined)
      expect(pages.flat()).toEqual(expected)
      const back: string[][] = []
      while (previous !== undefined) {
        const page = await store.search({ ...query, cursor: previous })
        back.unshift(page.matches.map(keyOf))
        previous = page.previous
      }
      expect(back).toEqual(pages.slice(0, -1))
    }),
    { numRuns: 200 },
  )
})

test('includes bring what is linked, each once, and stop in circles', { timeout: 120_000 }, async () => {
  const search = type.chain((one) =>
    fc.tuple(
      fc.constant(one),
      criterion(definitions, one),
      fc.array(includes(definitions), { minLength: 1, maxLength: 3 }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(search, async ([one, pair, more]) => {
      await checkSearch(parseSearch(definitions, [one], [pair, ...more], options).query, everyone)
    }),
    { numRuns: 300 },
  )
})

test('a search over several types is one list', { timeout: 120_000 }, async () => {
  const search = fc.tuple(
    fc.uniqueArray(type, { minLength: 2, maxLength: 4 }),
    fc.constantFrom<Pair>(
      ['_id', 'r1,r2'],
      ['_lastUpdated', 'ge2026-01-02'],
      ['_text', 'note'],
      ['_tag:missing', 'true'],
    ),
    fc.constantFrom('_id', '-_lastUpdated', '_lastUpdated', '_tag'),
  )
  await fc.assert(
    fc.asyncProperty(search, async ([types, pair, sort]) => {
      const pairs: Pair[] = [['_type', types.join(',')], pair, ['_sort', sort]]
      await checkSearch(parseSearch(definitions, [], pairs, options).query, everyone)
    }),
    { numRuns: 60 },
  )
})

test('whoever sees a part finds, counts, follows and includes that part alone', {
  timeout: 120_000,
}, async () => {
  const reach = type.chain((one) =>
    fc.tuple(fc.constant(one), fc.option(criterion(definitions, one, 1), { nil: undefined })),
  )
  const search = type.chain((one) =>
    fc.tuple(
      fc.constant(one),
      criterion(definitions, one),
      fc.array(includes(definitions), { maxLength: 2 }),
      fc.array(reach, { minLength: 1, maxLength: 5 }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(search, async ([one, pair, more, reaches]) => {
      const limits = new Map(
        reaches.map(([limited, own]) => [
          limited,
          own === undefined
            ? ('nothing' as const)
            : parseSearch(definitions, [limited], [own], options).query.where[0],
        ]),
      )
      const viewer: Viewer = { tenant, visible: (asked) => limits.get(asked) ?? 'all' }
      await checkSearch(parseSearch(definitions, [one], [pair, ...more], options).query, viewer)
    }),
    { numRuns: 400 },
  )
})
