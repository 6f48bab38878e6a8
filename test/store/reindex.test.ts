import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Definitions, SearchParameter } from '../../src/fhir/definitions.ts'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { reindex } from '../../src/store/reindex.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, patient, write } from './changes.ts'

const rows = 45
const maritalStatus: SearchParameter = {
  code: 'marital-status',
  url: 'http://example.org/SearchParameter/marital-status',
  kind: 'token',
  type: 'Patient',
  expression: 'Patient.maritalStatus',
  repeats: false,
  targets: [],
  dataTypes: ['CodeableConcept'],
}

/** As after adding a SearchParameter to the definitions. */
function extended(base: Definitions, added: SearchParameter): Definitions {
  return {
    resourceTypes: base.resourceTypes,
    isResourceType: (name) => base.isResourceType(name),
    type: (name) => base.type(name),
    compartmentParameters: (compartment, type) => base.compartmentParameters(compartment, type),
    searchParameters: (type) =>
      type === added.type ? [...base.searchParameters(type), added] : base.searchParameters(type),
    searchParameter: (type, code) =>
      type === added.type && code === added.code ? added : base.searchParameter(type, code),
  }
}

const definitions = extended(loadDefinitions(), maritalStatus)
const contextOf = () => ({ localBases: [], timeZone: 'UTC' })
let db: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase()
  for (const tenant of ['main', 'north'])
    await write(
      db.database.asSystem(tenant),
      ...Array.from({ length: rows }, (_, at) =>
        changeTo(
          patient(`p${at}`, 'Müller', { maritalStatus: { coding: [{ system: 'urn:m', code: `M${at}` }] } }),
        ),
      ),
    )
})

afterAll(() => db.drop())

const open = () =>
  openDatabase({
    url: db.url,
    definitions,
    localBases: () => [],
    timeZone: () => 'UTC',
    onFault: () => undefined,
  })

async function filled(): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'select count(*)::int from patient where by_marital_status is not null',
  )
  return row?.count ?? 0
}

test('a new parameter on a filled database is filled while others write, and may be interrupted', async () => {
  const { made } = await migrate({ url: db.url, definitions })
  expect(made).toEqual(['columns patient.by_marital_status', 'index patient_terms_2'])

  await using serving = await open()
  const store = serving.asSystem('main')
  const search = () =>
    store.search({
      types: ['Patient'],
      where: [
        { kind: 'param', parameter: maritalStatus, values: [{ kind: 'token', system: 'urn:m', code: 'm7' }] },
      ],
      sort: [],
      count: 10,
      total: 'none',
      includes: [],
    })
  await expect(search()).rejects.toMatchObject({ kind: 'unavailable', headers: { 'Retry-After': '60' } })

  const stop = new AbortController()
  const progress: number[] = []
  const interrupted = await reindex({
    url: db.url,
    definitions,
    contextOf,
    batchRows: 10,
    signal: stop.signal,
    onProgress: (step) => {
      progress.push(step.rows)
      expect(step.total).toBe(2 * rows)
      if (progress.length === 3) stop.abort()
    },
  })
  expect(interrupted).toEqual({ filled: [], pending: ['Patient.marital-status'] })
  expect(progress).toEqual([10, 20, 30])
  expect(await filled()).toBe(30)

  // Written meanwhile, both sides of the place that was reached: the writer's value stays.
  for (const id of ['p0', 'p9'])
    await write(store, changeTo(patient(id, 'Meier', { maritalStatus: { coding: [{ code: 'new' }] } }), 2))
  await write(store, changeTo(patient('pz', 'Meier', { maritalStatus: { coding: [{ code: 'new' }] } })))

  const resumed: number[] = []
  const finished = await reindex({
    url: db.url,
    definitions,
    contextOf,
    batchRows: 10,
    onProgress: (step) => resumed.push(step.rows),
  })
  expect(finished).toEqual({ filled: ['Patient.marital-status'], pending: [] })
  expect(resumed.at(-1)).toBe(2 * rows + 1 - 30)
  expect(await filled()).toBe(2 * rows + 1)
  const written = await db.query<{ id: string }>(
    `select id from patient where by_marital_status && array['new'] order by id`,
  )
  expect(written.map(({ id }) => id)).toEqual(['p0', 'p9', 'pz'])

  await using later = await open()
  const found = await later.asSystem('main').search({
    types: ['Patient'],
    where: [
      { kind: 'param', parameter: maritalStatus, values: [{ kind: 'token', system: 'urn:m', code: 'm7' }] },
    ],
    sort: [],
    count: 10,
    total: 'none',
    includes: [],
  })
  expect(found.matches.map(({ id }) => id)).toEqual(['p7'])
})

test('a parameter is filled again when it is asked for by name', async () => {
  await db.query(`update patient set by_gender = 'unknown' where tenant = 'main'`)
  const report = await reindex({ url: db.url, definitions, contextOf, type: 'Patient', parameter: 'gender' })
  expect(report.filled).toEqual(['Patient.gender'])
  expect(await db.query(`select distinct by_gender from patient`)).toEqual([{ by_gender: 'female' }])
})

test('audit events are filled too, and nothing else of them is touched', async () => {
  const event = auditEvent()
  await db.database.recordAudit('main', event)
  await db.query('update auditevent set by_action = null')
  await reindex({ url: db.url, definitions, contextOf, type: 'AuditEvent', parameter: 'action' })
  expect(await db.query('select by_action, text from auditevent')).toEqual([
    { by_action: 'r', text: JSON.stringify(event) },
  ])
})

test('a parameter that no type has is named', async () => {
  const work = reindex({ url: db.url, definitions, contextOf, type: 'Patient', parameter: 'shoe-size' })
  await expect(work).rejects.toMatchObject({ kind: 'not-found' })
})

test('one reindex at a time', async () => {
  let second: Promise<unknown> | undefined
  await reindex({
    url: db.url,
    definitions,
    contextOf,
    type: 'Patient',
    parameter: 'gender',
    batchRows: 20,
    onProgress: () => {
      second ??= reindex({ url: db.url, definitions, contextOf }).catch((error) => error)
    },
  })
  expect(await second).toMatchObject({ kind: 'conflict' })
})
