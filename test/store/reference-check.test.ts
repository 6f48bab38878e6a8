import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Refusal } from '../../src/fhir/refusal.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import type { Viewer } from '../../src/fhir/search-query.ts'
import type { RowChange, Store } from '../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, deletionOf, patient, write } from './changes.ts'

let db: TestDatabase
let store: Store

beforeAll(async () => {
  db = await createTestDatabase({ localBases: () => ['https://clinic.example/fhir'] })
  store = db.database.asSystem('main')
  await write(store, changeTo(patient('here')), changeTo(patient('gone')))
  await write(store, deletionOf('Patient', 'gone', 2))
})

afterAll(() => db.drop())

const encounter = (id: string, ...references: string[]) =>
  changeTo({
    resourceType: 'Encounter',
    id,
    status: 'planned',
    participant: references.map((reference) => ({ individual: { reference } })),
  })

test('a reference to nothing is refused with its place, all of them at once, and nothing is kept', async () => {
  const error: Refusal = await write(
    store,
    encounter('e1', 'Patient/here', 'Patient/gone', 'https://clinic.example/fhir/Patient/never'),
    changeTo({ resourceType: 'Basic', id: 'with-e1' }),
  ).then(
    () => expect.unreachable(),
    (reason) => reason,
  )
  expect(error.kind).toBe('unprocessable')
  expect(error.issues.map(({ expression }) => expression)).toEqual([
    ['Encounter.participant[1].individual'],
    ['Encounter.participant[2].individual'],
  ])
  expect(await store.read('Encounter', 'e1')).toBeUndefined()
  expect(await store.read('Basic', 'with-e1')).toBeUndefined()
})

test('another clinic’s patient is nothing here', async () => {
  await expect(write(db.database.asSystem('north'), encounter('e2', 'Patient/here'))).rejects.toMatchObject({
    kind: 'unprocessable',
  })
})

test.each([
  ['absolute, elsewhere', 'https://other.example/fhir/Patient/1'],
  ['a URN', 'urn:uuid:0d8e6f2e-6f0e-4f6e-9d6a-6f2e0d8e6f2e'],
  ['contained', '#p1'],
  ['a version of what is here', 'Patient/here/_history/1'],
  ['itself', 'Encounter/e3'],
])('a reference that is %s needs nothing else', async (_, reference) => {
  const current = await store.read('Encounter', 'e3')
  const version = (current?.version ?? 0) + 1
  const change = encounter('e3', reference)
  await write(store, { ...change, version })
  expect((await store.read('Encounter', 'e3'))?.version).toBe(version)
})

test('what the same transaction creates counts, before or after, sent or not', async () => {
  await store.transaction(async (tx) => {
    tx.write(encounter('forward', 'Patient/later', 'Patient/earlier'))
    await tx.flush()
    tx.write(changeTo(patient('later')))
    await tx.flush()
    tx.write(changeTo(patient('earlier')))
  })
  expect((await store.read('Encounter', 'forward'))?.version).toBe(1)
})

test('what the same transaction deletes does not count', async () => {
  await write(store, changeTo(patient('leaving')))
  const work = write(store, deletionOf('Patient', 'leaving', 2), encounter('left', 'Patient/leaving'))
  await expect(work).rejects.toMatchObject({ kind: 'unprocessable' })
  expect((await store.read('Patient', 'leaving'))?.deleted).toBe(false)
})

test('a promise to create it that is not kept is refused at the end', async () => {
  const work = store.transaction(async (tx) => {
    tx.write(encounter('broken', 'Patient/promised'))
    await tx.flush()
  })
  await expect(work).rejects.toMatchObject({ kind: 'unprocessable' })
  expect(await store.read('Encounter', 'broken')).toBeUndefined()
})

test('an audit event can be referred to, one that is not there cannot', async () => {
  const event = auditEvent()
  await db.database.recordAudit('main', event)
  await write(store, encounter('audited', `AuditEvent/${event.id}`))
  await expect(write(store, encounter('unaudited', 'AuditEvent/none'))).rejects.toMatchObject({
    kind: 'unprocessable',
  })
})

test('a definition that the server ships can be referred to, one that it does not ship cannot', async () => {
  const shipped = changeTo({ resourceType: 'StructureDefinition', id: 'Patient', url: 'urn:patient' })
  const values = ['*', 'StructureDefinition', 'Patient', 1, JSON.stringify(shipped.content?.resource)]
  await db.query(
    `insert into history (tenant, type, id, version, updated, method, text, deleted)
     values ($1, $2, $3, $4, now(), 'PUT', $5, false)`,
    values,
  )
  await write(store, encounter('defined', 'StructureDefinition/Patient'))
  await expect(write(store, encounter('undefined', 'StructureDefinition/None'))).rejects.toMatchObject({
    kind: 'unprocessable',
  })
})

test('whoever does not see a resource refers to it as to nothing, and keeps what was referred to before', async () => {
  await write(store, changeTo(patient('shown')), changeTo(patient('hidden')))
  const sees: Viewer = {
    tenant: 'main',
    visible: (type) => (type === 'Patient' ? { kind: 'id', ids: ['shown'] } : 'all'),
  }
  const by = (change: RowChange, before?: Resource): RowChange => ({
    ...change,
    writer: { sees, ...(before !== undefined && { before }) },
  })
  const refused = (change: RowChange) =>
    write(store, change).then(
      () => expect.unreachable(),
      (error: Refusal) => error.issues,
    )
  const [hidden, nothing] = [
    await refused(by(encounter('limited', 'Patient/hidden'))),
    await refused(by(encounter('limited', 'Patient/nobody'))),
  ]
  expect(JSON.stringify(hidden).replaceAll('hidden', 'nobody')).toBe(JSON.stringify(nothing))
  await write(store, by(encounter('limited', 'Patient/shown')))
  await write(store, by(changeTo(patient('new'))), by(encounter('of-new', 'Patient/new')))

  const before = encounter('kept', 'Patient/hidden')
  await write(store, before)
  const after = { ...encounter('kept', 'Patient/hidden', 'Patient/shown'), version: 2 }
  await write(store, by(after, before.content?.resource))
  expect((await store.read('Encounter', 'kept'))?.version).toBe(2)
})

test('the check can be turned off', async () => {
  await using lax = await createTestDatabase({ checkReferences: false })
  await write(lax.database.asSystem('main'), encounter('e', 'Patient/none'))
  expect((await lax.database.asSystem('main').read('Encounter', 'e'))?.version).toBe(1)
})

test('deleting what others refer to is allowed', async () => {
  await write(store, changeTo(patient('referred')), encounter('referring', 'Patient/referred'))
  await write(store, deletionOf('Patient', 'referred', 2))
  expect((await store.read('Patient', 'referred'))?.deleted).toBe(true)
})
