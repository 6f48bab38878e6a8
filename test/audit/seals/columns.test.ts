import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { reindex } from '#store/reindex.ts'
import { auditEvent } from '../../store/changes.ts'
import { testBase, testTimeZone } from '../../support/database.ts'
import { openSealedDatabase, type SealedDatabase } from './sealed-database.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** What a superuser can do to the columns that searches go by, which no seal covers. */
let sealed: SealedDatabase
let whole: readonly string[]
let formed: readonly string[]

beforeAll(async () => {
  sealed = await openSealedDatabase()
  for (const event of foreignEvents()) await sealed.db.database.recordAudit('main', event)
  whole = [...(await sealed.record(2)), ...(await recordOfPatient())]
  formed = await sealed.recordFormed(3)
  await sealed.db.query('alter table audit_row disable trigger user')
  await sealed.db.query('alter table audit_form disable trigger user')
  await sealed.db.query('create table kept_row as select * from audit_row')
  await sealed.db.query('create table kept_form as select * from audit_form')
})
afterAll(() => sealed[Symbol.asyncDispose]())
afterEach(async () => {
  await sealed.db.query(
    'delete from audit_row; delete from audit_form; delete from reindex; insert into audit_row select * from kept_row; insert into audit_form select * from kept_form',
  )
})

async function recordOfPatient(): Promise<readonly string[]> {
  const event = { ...auditEvent(), entity: [{ what: { reference: 'Patient/1' } }] }
  await sealed.db.database.recordAudit('main', event)
  await sealed.seal()
  return [event.id as string]
}

/** As apps may file them: more of a kind than lead, letters that need an escape, words, zones, whole URLs. */
function foreignEvents(): readonly Resource[] {
  const odd = String.raw`a"b\c{d},NULL|%1$s Ünï`
  const many = ['Patient/1', 'Patient/2', 'Patient/3/_history/2', `${testBase}/Patient/4`, 'urn:uuid:5']
  const richest = {
    ...auditEvent(),
    meta: {
      lastUpdated: new Date().toISOString(),
      profile: ['http://example.org/p'],
      tag: [{ system: 'urn:t', code: odd }],
      security: [{ code: 'R' }],
      source: 'urn:app',
    },
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml">the the zebra saw an ox</div>`,
    },
    recorded: '2026-03-29T02:30:00.123456+05:45',
    agent: [
      ...['A', odd, 'NULL', ''].map((name) => ({
        requestor: false,
        name: name || 'x',
        altId: odd,
        policy: ['urn:p', `urn:${name}`],
        who: { identifier: { system: 'urn:s', value: name || 'v' } },
        network: { address: name || '10.0.0.1' },
        role: [{ coding: [{ code: name || 'r' }], text: 'Someone' }],
      })),
      { requestor: true, who: { reference: 'Patient/1' } },
      { requestor: true, who: { reference: 'Practitioner/2' } },
    ],
    source: { site: odd, observer: { reference: 'Device/1' }, type: [{ code: 'x' }] },
    entity: [...many, 'Observation/7', 'Observation/8'].map((reference) => ({
      what: { reference },
      name: odd,
      type: { system: 'urn:t', code: 'NULL' },
      role: { code: '4' },
    })),
  }
  const plain = { ...auditEvent(), meta: undefined }
  return [richest, JSON.parse(JSON.stringify({ ...plain, agent: [{ requestor: true }] }))]
}

const found = async () =>
  (await sealed.verify()).faults.map(({ kind, event, column }) => ({ kind, event, column }))

const change = (set: string, id: string | undefined) =>
  sealed.db.query(`update audit_row set ${set} where id = $1`, [id])

test('an untouched log verifies with its columns, events of apps and events that have a form alike', async () => {
  expect(await sealed.verify()).toMatchObject({ faults: [], events: 8, unsealed: 0 })
})

test('a changed or emptied column is found, in which event, and told with what mends it', async () => {
  for (const [set, column] of [
    [`by_patient_1 = 'Patient/2'`, 'by_patient_1'],
    ['by_patient_1 = null', 'by_patient_1'],
    [`by_agent_1 = 'Practitioner/9'`, 'by_agent_1'],
    [`by_date_start = by_date_start + interval '1 microsecond'`, 'by_date_start'],
    [`by_date_end = 'infinity'`, 'by_date_end'],
    [`by_type = by_type || '{other}'::text[]`, 'by_type'],
    ['by_action = null', 'by_action'],
    [`by_entity_more = '{Patient/7}'`, 'by_entity_more'],
  ] as const) {
    await change(set, whole[2])
    expect(await found(), set).toEqual([{ kind: 'column', event: whole[2], column }])
    await sealed.db.query('delete from audit_row; insert into audit_row select * from kept_row')
  }
  await change('by_patient_1 = null', whole[2])
  const [fault] = (await sealed.verify()).faults
  expect(fault).toMatchObject({ sequence: expect.any(Number), entry: expect.any(Number) })
  expect(fault?.sentence).toBe(
    `Event ${whole[2]} is as it was sealed, but the column by_patient_1 does not hold what the event says, so searches are misled: ` +
      'npm run reindex -- --type AuditEvent --parameter patient fills it anew.',
  )
})

test('so it is in the row of an event that has a form, also where the row hides what the form has', async () => {
  for (const [set, column] of [
    [`by_agent_1 = 'Practitioner/9'`, 'by_agent_1'],
    ['by_agent_1 = null', 'by_agent_1'],
    [`by_date_start = by_date_start - interval '1 year'`, 'by_date_start'],
    [`by_patient_1 = 'Patient/9'`, 'by_patient_1'],
    [`by_subtype = '{}'`, 'by_subtype'],
    [`by_outcome = '4'`, 'by_outcome'],
    [`by_patient_more = '{Patient/9}'`, 'by_patient_more'],
    [`by_date_end = '2099-01-01T00:00:00.001Z'`, 'by_date_end'],
  ] as const) {
    await change(set, formed[1])
    expect(await found(), set).toEqual([{ kind: 'column', event: formed[1], column }])
    await sealed.db.query('delete from audit_row; insert into audit_row select * from kept_row')
  }
})

test('a changed, spoiled, emptied or added column of a form is found at all its events', async () => {
  for (const [set, column] of [
    [`by_subtype = replace(by_subtype, 'read', 'vread')`, 'by_subtype'],
    [`by_subtype = '%q'`, 'by_subtype'],
    ['by_subtype = null', 'by_subtype'],
    [`by_entity = '{"Patient/9"}'`, 'by_entity'],
    [`by_action = 'c'`, 'by_action'],
  ] as const) {
    await sealed.db.query(`update audit_form set ${set}`)
    expect(await found(), set).toEqual(formed.map((event) => ({ kind: 'column', event, column })))
    await sealed.db.query('delete from audit_form; insert into audit_form select * from kept_form')
  }
})

const reindexed = () =>
  reindex({
    url: sealed.db.url,
    definitions: loadDefinitions(),
    contextOf: () => ({ localBases: [testBase], timeZone: testTimeZone }),
    type: 'AuditEvent',
  })

test('reindexing mends columns, and a reindexed log verifies', async () => {
  await change('by_patient_1 = null, by_type = null', whole[2])
  await change(`by_agent_1 = 'Practitioner/9', by_subtype = '{}'`, formed[0])
  await sealed.db.query('update audit_form set by_action = null')
  expect(await found()).toHaveLength(4)
  await reindexed()
  expect(await found()).toEqual([])
  await change('by_action = null', formed[2])
  expect(await found()).toEqual([{ kind: 'column', event: formed[2], column: 'by_action' }])
})

test('columns of a parameter that waits to be filled are nobody’s fault: searches by it are refused', async () => {
  await sealed.db.query('update audit_row set by_patient_1 = null, by_type = null')
  await sealed.db.query('update audit_form set by_type = null')
  await sealed.db.query(
    `insert into reindex (type, parameter) values ('AuditEvent', 'patient'), ('AuditEvent', 'type')`,
  )
  expect(await found()).toEqual([])
  await sealed.db.query('delete from reindex')
  expect((await found()).length).toBeGreaterThan(3)
})

test('an event that was altered is told as that', async () => {
  await change(`text = replace(text, 'Patient/1', 'Patient/2')`, whole[2])
  expect(await found()).toEqual([{ kind: 'altered', event: whole[2], column: undefined }])
  await change(`v[2] = '9'`, formed[0])
  expect((await found()).map(({ kind }) => kind)).toEqual(['altered', 'altered'])
})
