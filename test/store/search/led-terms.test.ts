import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDefinitions } from '../../../src/fhir/load-definitions.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { parseSearch } from '../../../src/fhir/search-parse.ts'
import { arrangeTerms } from '../../../src/store/search/leading-terms.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { changeTo, patient, write } from '../changes.ts'

const definitions = loadDefinitions()
let db: TestDatabase
let events: readonly Event[] = []

interface Who {
  readonly reference?: string
  readonly identifier?: { readonly system?: string; readonly value: string }
}

interface Event extends Resource {
  readonly id: string
  readonly recorded: string
  readonly agent: readonly { readonly who: Who; readonly requestor: boolean }[]
  readonly entity: readonly { readonly what: Who }[]
}

const references = [
  'Patient/a',
  'Patient/a/_history/2',
  'Patient/b',
  'Practitioner/d',
  'Observation/o/_history/1',
]
const identifiers: readonly Who[] = [
  { identifier: { value: 'app' } },
  { identifier: { system: 'urn:s', value: 'app' } },
  { identifier: { system: 'urn:t', value: 'Other|#~' } },
  { identifier: { value: 'https://clinic.test/fhir' } },
]
const who: fc.Arbitrary<Who> = fc.oneof(
  fc.constantFrom(...references).map((reference) => ({ reference })),
  fc.constantFrom(...identifiers),
  fc.record({ reference: fc.constantFrom(...references), identifier: fc.constant({ value: 'both' }) }),
)

/** Events of apps: any number of agents and entities, in any order. */
function makeEvents(count: number): Event[] {
  const parts = fc.sample(
    fc.tuple(fc.array(who, { minLength: 1, maxLength: 4 }), fc.array(who, { maxLength: 4 })),
    count,
  )
  return parts.map(([agents, entities], at) => ({
    resourceType: 'AuditEvent',
    id: `event-${at}`,
    type: { code: 'rest' },
    // Some at the same instant.
    recorded: new Date(Date.UTC(2026, 8 + (at % 4), 1, 0, 0, at % 7)).toISOString(),
    agent: agents.map((one) => ({ who: one, requestor: false })),
    source: { observer: { display: 'test' } },
    entity: entities.map((what) => ({ what })),
  }))
}

beforeAll(async () => {
  db = await createTestDatabase()
  const identifier = [{ value: 'mrn-a' }]
  await write(
    db.database.asSystem('main'),
    changeTo(patient('a', 'Ngata', { identifier })),
    changeTo(patient('b')),
  )
  events = makeEvents(250)
  await Promise.all(events.map((event) => db.database.recordAudit('main', event)))
})
afterAll(() => db[Symbol.asyncDispose]())

/** All pages, forwards. */
async function find(asked: string): Promise<string[]> {
  const pairs = [...new URLSearchParams(asked)] as [string, string][]
  const found: string[] = []
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const { query } = parseSearch(definitions, ['AuditEvent'], pairs, {
      base: 'http://127.0.0.1/fhir',
      strict: true,
      count: { default: 7, most: 50 },
      timeZone: 'UTC',
      now: new Date(),
    })
    const page = await db.database
      .asSystem('main')
      .search({ ...query, ...(cursor !== undefined && { cursor }) })
    found.push(...page.matches.map(({ id }) => id))
    cursor = page.next
  }
  return found
}

const whosOf = {
  agent: ({ agent }: Event) => agent.map(({ who }) => who),
  entity: ({ entity }: Event) => entity.map(({ what }) => what),
}
const named = (whos: readonly Who[], wanted: string) =>
  whos.some(({ reference }) => reference === wanted || reference?.startsWith(`${wanted}/_history/`))
const identified = (whos: readonly Who[], system: string | undefined, value: string) =>
  whos.some(
    ({ identifier }) =>
      identifier?.value.toLowerCase() === value.toLowerCase() &&
      (system === undefined || (identifier.system ?? '') === system),
  )
const everyone = (event: Event) => [...whosOf.agent(event), ...whosOf.entity(event)]

test.each<[string, (event: Event) => boolean]>([
  ['patient=Patient/a', (event) => named(everyone(event), 'Patient/a')],
  [
    'patient=Patient/a,Patient/b',
    (event) => ['Patient/a', 'Patient/b'].some((one) => named(everyone(event), one)),
  ],
  ['patient=Patient/nobody', () => false],
  ['agent=Practitioner/d', (event) => named(whosOf.agent(event), 'Practitioner/d')],
  ['agent=Patient/b', (event) => named(whosOf.agent(event), 'Patient/b')],
  ['entity=Patient/a', (event) => named(whosOf.entity(event), 'Patient/a')],
  [
    'entity=Observation/o,Patient/b',
    (event) => ['Observation/o', 'Patient/b'].some((one) => named(whosOf.entity(event), one)),
  ],
  [
    'entity=Patient/a/_history/2',
    (event) => whosOf.entity(event).some(({ reference }) => reference === 'Patient/a/_history/2'),
  ],
  ['entity=Observation/o/_history/1', (event) => named(whosOf.entity(event), 'Observation/o')],
  ['agent:identifier=app', (event) => identified(whosOf.agent(event), undefined, 'app')],
  ['agent:identifier=|app', (event) => identified(whosOf.agent(event), '', 'app')],
  ['agent:identifier=urn:s|app', (event) => identified(whosOf.agent(event), 'urn:s', 'app')],
  [
    'agent:identifier=urn:s|',
    (event) => whosOf.agent(event).some(({ identifier }) => identifier?.system === 'urn:s'),
  ],
  [
    'agent:identifier=both,app',
    (event) => ['both', 'app'].some((one) => identified(whosOf.agent(event), undefined, one)),
  ],
  ['entity:identifier=urn:t|Other\\|%23~', (event) => identified(whosOf.entity(event), 'urn:t', 'Other|#~')],
  [
    'entity:identifier=https://clinic.test/fhir',
    (event) => identified(whosOf.entity(event), undefined, 'https://clinic.test/fhir'),
  ],
  [
    'patient=Patient/a&agent=Practitioner/d',
    (event) => named(everyone(event), 'Patient/a') && named(whosOf.agent(event), 'Practitioner/d'),
  ],
  [
    'patient=Patient/a&date=ge2026-10-15',
    (event) => named(everyone(event), 'Patient/a') && event.recorded >= '2026-10-15',
  ],
  ['', () => true],
  [
    'patient:missing=true',
    (event) => !everyone(event).some(({ reference }) => reference?.startsWith('Patient/')),
  ],
  ['agent:missing=false', () => true],
  ['patient.identifier=mrn-a', (event) => named(everyone(event), 'Patient/a')],
  ['entity.identifier=mrn-a', (event) => named(whosOf.entity(event), 'Patient/a')],
])('events asked for by %s are all there, each once, newest first or last', async (asked, meant) => {
  const order = (a: Event, b: Event) =>
    a.recorded === b.recorded ? (a.id < b.id ? -1 : 1) : a.recorded < b.recorded ? -1 : 1
  const expected = events
    .filter(meant)
    .toSorted(order)
    .map(({ id }) => id)
  expect(await find(`${asked}&_sort=date`)).toEqual(expected)
  expect(await find(asked)).toEqual(expected)
  expect(await find(`${asked}&_sort=-date`)).toEqual(expected.toReversed())
  expect((await find(`${asked}&_sort=-_lastUpdated`)).toSorted()).toEqual(expected.toSorted())
})

test('every term of an event is kept, once', () => {
  const term = fc.constantFrom(
    'Patient/a',
    'Patient/a/_history/1',
    'Device/d',
    '#x',
    '#|x',
    '#y',
    '#urn|y',
    '#http://x',
  )
  fc.assert(
    fc.property(fc.uniqueArray(term), (terms) => {
      const { led, others, more } = arrangeTerms(terms, ['reference', 'identifier'])
      const all = [...led.filter((one) => one !== null), ...(others ?? [])]
      expect(all.toSorted()).toEqual(terms.toSorted())
      expect(others ?? []).toEqual(expect.arrayContaining([...(more ?? [])]))
    }),
  )
})
