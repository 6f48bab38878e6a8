import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Veil, Viewer } from '#fhir/search-query.ts'
import { foundVersion } from '#store/recorded-reads.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { changeTo, deletionOf, formedEvent, patient, write } from './changes.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

/** Its last value, a practitioner's id, stands for the version. */
function foresee(id: string, tenant = 'main') {
  return formedEvent(db.database, tenant, id, new Date(), foundVersion)
}

async function readRecorded(patientId: string, event: string, tenant = 'main') {
  const store = db.database.asSystem(tenant)
  const read = await store.readRecorded('Patient', patientId, () => foresee(event, tenant))
  expect(read?.recorded).toBe(read?.stored?.deleted === false)
  return read?.stored
}

async function eventOf(id: string, tenant = 'main') {
  return (await db.database.asSystem(tenant).read('AuditEvent', id))?.text
}

test('what is read comes with its event, which names the version that was found', async () => {
  const store = db.database.asSystem('main')
  await write(store, changeTo(patient('p1'), 1))
  await write(store, changeTo(patient('p1', 'Meier'), 2))
  for (const event of [randomUUID(), randomUUID()]) {
    const found = await readRecorded('p1', event)
    expect(found).toEqual(await store.read('Patient', 'p1'))
    expect(found?.version).toBe(2)
    const text = await eventOf(event)
    expect(text).toContain('"reference":"Practitioner/2"')
    expect(text).toContain(`"id":"${event}"`)
  }
})

test('what is deleted or was never there leaves no event', async () => {
  const store = db.database.asSystem('main')
  await write(store, changeTo(patient('gone'), 1))
  await write(store, deletionOf('Patient', 'gone', 2))
  const [deleted, unknown] = [randomUUID(), randomUUID()]
  expect(await readRecorded('gone', deleted)).toMatchObject({ deleted: true, version: 2 })
  expect(await readRecorded('nobody', unknown)).toBeUndefined()
  expect([await eventOf(deleted), await eventOf(unknown)]).toEqual([undefined, undefined])
})

test('readers at the same moment share a few commits, and each has an event of its own when it goes on', async () => {
  await write(db.database.asSystem('crowd'), ...['a', 'b', 'c'].map((id) => changeTo(patient(id), 1)))
  const readers = Array.from({ length: 100 }, (_, at) => ({
    id: 'abc'[at % 3] as string,
    event: randomUUID(),
  }))
  await Promise.all(
    readers.map(async ({ id, event }) => {
      expect((await readRecorded(id, event, 'crowd'))?.id).toBe(id)
      expect(await eventOf(event, 'crowd')).toContain(event)
    }),
  )
  const [row] = await db.query<{ transactions: number; events: number }>(
    `select count(distinct xmin::text)::int as transactions, count(*)::int as events from audit_row where tenant = 'crowd'`,
  )
  expect(row?.events).toBe(100)
  expect(row?.transactions).toBeLessThan(10)
})

test('another clinic finds nothing, and nothing is told in its log', async () => {
  await write(db.database.asSystem('main'), changeTo(patient('mine'), 1))
  const event = randomUUID()
  expect(await readRecorded('mine', event, 'other')).toBeUndefined()
  expect([await eventOf(event), await eventOf(event, 'other')]).toEqual([undefined, undefined])
})

/** Of a viewer to whom one Patient is visible, by its id. */
function openForOne(id: string, more: Partial<Viewer> = {}) {
  return db.database.openStore({ tenant: 'main', visible: () => ({ kind: 'id', ids: [id] }), ...more })
}

test('who sees one by its id is read for so, and is not told that it was deleted', async () => {
  await write(db.database.asSystem('main'), changeTo(patient('own'), 1), changeTo(patient('left'), 1))
  await write(db.database.asSystem('main'), deletionOf('Patient', 'left', 2))
  const [own, left] = [randomUUID(), randomUUID()]
  const read = await openForOne('own').readRecorded('Patient', 'own', () => foresee(own))
  expect(read).toEqual({ stored: await openForOne('own').read('Patient', 'own'), recorded: true })
  expect(await openForOne('left').readRecorded('Patient', 'left', () => foresee(left))).toEqual({
    stored: undefined,
    recorded: false,
  })
  expect(await eventOf(own)).toContain(own)
  expect(await eventOf(left)).toBeUndefined()
})

test('what is hidden from who reads it stays hidden', async () => {
  await write(db.database.asSystem('main'), changeTo(patient('veiled'), 1))
  const veil: Pick<Veil, 'show'> = { show: (text) => text.replace('Müller', '') }
  const veiled = { veil: () => veil as Veil }
  const event = randomUUID()
  const store = openForOne('veiled', veiled)
  const read = await store.readRecorded('Patient', 'veiled', () => foresee(event))
  expect(read).toEqual({ stored: await store.read('Patient', 'veiled'), recorded: true })
  expect(read?.stored?.text).not.toContain('Müller')
  const writer = openForOne('veiled', { ...veiled, whole: true })
  const whole = await writer.readRecorded('Patient', 'veiled', () => foresee(randomUUID()))
  expect(whole?.stored?.text).toContain('Müller')
})

test('where it depends on what it says whether somebody sees it, nothing is read so: no event is foreseen', () => {
  const nothing = () => {
    throw new Error('an event was foreseen')
  }
  const female = { kind: 'and', clauses: [{ kind: 'id', ids: ['p1'] }] } as const
  for (const visible of ['nothing', female] as const) {
    const store = db.database.openStore({ tenant: 'main', visible: () => visible })
    expect(store.readRecorded('Patient', 'p1', nothing)).toBeUndefined()
  }
  expect(openForOne('p2').readRecorded('Patient', 'p1', nothing)).toBeUndefined()
})

test('what is no Patient leaves its event, unless it may name one', async () => {
  const place = (id: string, more: object = {}) => ({ resourceType: 'Location', id, name: id, ...more })
  const extension = [{ url: 'urn:host', valueReference: { reference: 'Patient/host' } }]
  const store = db.database.asSystem('main')
  await write(
    store,
    changeTo(patient('host')),
    changeTo(place('ward')),
    changeTo(place('home', { extension })),
  )
  const [ward, home] = [randomUUID(), randomUUID()]
  expect(await store.readRecorded('Location', 'ward', () => foresee(ward))).toMatchObject({ recorded: true })
  expect(await store.readRecorded('Location', 'home', () => foresee(home))).toEqual({
    stored: await store.read('Location', 'home'),
    recorded: false,
  })
  expect(await eventOf(ward)).toContain(ward)
  expect(await eventOf(home)).toBeUndefined()
})

test('where no event can be stored nothing is read', async () => {
  await write(db.database.asSystem('main'), changeTo(patient('p9'), 1))
  await db.query('revoke insert on audit_row from almanac_server')
  await expect(readRecorded('p9', randomUUID())).rejects.toMatchObject({ kind: 'unavailable' })
  await db.query('grant insert on audit_row to almanac_server')
  expect((await readRecorded('p9', randomUUID()))?.id).toBe('p9')
})
