import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  return await store.readRecorded('Patient', patientId, () => foresee(event, tenant))
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

test('who does not see all, or not the whole, is not read for so: no event is foreseen', () => {
  const limited = db.database.openStore({ tenant: 'main', visible: () => [{ criteria: [] }] } as never)
  const veiled = db.database.openStore({ tenant: 'main', visible: () => 'all', veil: () => undefined })
  const nothing = () => {
    throw new Error('an event was foreseen')
  }
  expect(limited.readRecorded('Patient', 'p1', nothing)).toBeUndefined()
  expect(veiled.readRecorded('Patient', 'p1', nothing)).toBeUndefined()
})

test('where no event can be stored nothing is read', async () => {
  await write(db.database.asSystem('main'), changeTo(patient('p9'), 1))
  await db.query('revoke insert on audit_row from almanac_server')
  await expect(readRecorded('p9', randomUUID())).rejects.toMatchObject({ kind: 'unavailable' })
  await db.query('grant insert on audit_row to almanac_server')
  expect((await readRecorded('p9', randomUUID()))?.id).toBe('p9')
})
