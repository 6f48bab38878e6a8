import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Definitions, SearchParameter } from '../../src/fhir/definitions.ts'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { reindex } from '../../src/store/reindex.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, formedEvent, patient, write } from './changes.ts'

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

/** As after changing a SearchParameter so that it finds nothing. */
function without(base: Definitions, type: string, code: string): Definitions {
  const empty = (parameter: SearchParameter): SearchParameter =>
    parameter.type === type && parameter.code === code
      ? { ...parameter, expression: `${type}.implicitRules` }
      : parameter
  return {
    ...extended(base, maritalStatus),
    searchParameters: (of) => base.searchParameters(of).map(empty),
    searchParameter: (of, name) => {
      const parameter = base.searchParameter(of, name)
      return parameter && empty(parameter)
    },
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
  await db.query('update audit_row set by_action = null')
  await reindex({ url: db.url, definitions, contextOf, type: 'AuditEvent', parameter: 'action' })
  expect(await db.query('select by_action, text from auditevent')).toEqual([
    { by_action: 'r', text: JSON.stringify(event) },
  ])
})

test('of audit events that have a form in common each has its own value, and nothing of the form shows through', async () => {
  const event = formedEvent(db.database, 'north')
  await db.database.recordAudit('north', event)
  const read = () =>
    db.query(`select by_action, by_subtype, by_agent_role, text from auditevent where tenant = 'north'`)
  const before = await read()
  expect(before).toMatchObject([
    { by_action: 'r', by_subtype: expect.arrayContaining(['read']), by_agent_role: null },
  ])
  await db.query(`update audit_row set by_agent_role = array['old'], by_action = 'x' where tenant = 'north'`)
  for (const parameter of ['action', 'subtype', 'agent-role'])
    await reindex({ url: db.url, definitions, contextOf, type: 'AuditEvent', parameter })
  expect(await read()).toEqual(before)
  const silent = without(definitions, 'AuditEvent', 'subtype')
  await reindex({ url: db.url, definitions: silent, contextOf, type: 'AuditEvent', parameter: 'subtype' })
  expect(await read()).toEqual(before.map((row) => ({ ...row, by_subtype: null })))
})

test('a new parameter of audit events: those of a form are filled, and later ones have it in their form', async () => {
  const added: SearchParameter = {
    ...maritalStatus,
    code: 'observer',
    type: 'AuditEvent',
    expression: 'AuditEvent.source.observer.display',
    kind: 'string',
    dataTypes: ['string'],
  }
  const more = extended(definitions, added)
  await db.database.recordAudit('south', formedEvent(db.database, 'south', 'a'))
  const { made } = await migrate({ url: db.url, definitions: more })
  expect(made).toEqual(['columns audit_row.by_observer', 'view auditevent'])
  await reindex({ url: db.url, definitions: more, contextOf })
  await using later = await openDatabase({
    url: db.url,
    definitions: more,
    localBases: () => [],
    timeZone: () => 'UTC',
    onFault: () => undefined,
  })
  await later.recordAudit('south', formedEvent(later, 'south', 'b'))
  expect(
    await db.query(
      `select id, by_observer like '%\ntest\n%' as found from auditevent where tenant = 'south' order by id`,
    ),
  ).toEqual([
    { id: 'a', found: true },
    { id: 'b', found: true },
  ])
  expect(
    await db.query(
      `select id, by_observer is null as of_form from audit_row where tenant = 'south' order by id`,
    ),
  ).toEqual([
    { id: 'a', of_form: false },
    { id: 'b', of_form: true },
  ])
  expect((await migrate({ url: db.url, definitions: more })).made).toEqual([])
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
