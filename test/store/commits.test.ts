import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { EventRow } from '../../src/store/event-row.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, deletionOf, formedEvent, patient, write } from './changes.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase()
})

afterAll(() => db.drop())

test('events of concurrent readers share a few inserts, and each is there when its reader goes on', async () => {
  await db.database.recordAudit('main', auditEvent())
  const events = Array.from({ length: 300 }, () => auditEvent())
  await Promise.all(
    events.map(async (event) => {
      await db.database.recordAudit('main', event)
      const stored = await db.database.asSystem('main').read('AuditEvent', event.id ?? '')
      expect(stored?.text).toBe(JSON.stringify(event))
    }),
  )
  const [row] = await db.query<{ transactions: number; events: number }>(
    `select count(distinct xmin::text)::int as transactions, count(*)::int as events from audit_row`,
  )
  expect(row?.events).toBe(301)
  expect(row?.transactions).toBeLessThan(20)
})

test('clinics do not share: each has its own events', async () => {
  await Promise.all(
    ['main', 'north', 'south'].flatMap((tenant) =>
      Array.from({ length: 5 }, () => db.database.recordAudit(tenant, auditEvent())),
    ),
  )
  const rows = await db.query<{ tenant: string; count: number }>(
    `select tenant, count(*)::int from auditevent where tenant <> 'main' group by tenant order by tenant`,
  )
  expect(rows).toEqual([
    { tenant: 'north', count: 5 },
    { tenant: 'south', count: 5 },
  ])
})

test('what cannot be recorded fails all who wait for it, and the next group works', async () => {
  const events = Array.from({ length: 10 }, () => auditEvent())
  await db.query('alter table audit_row rename to audit_row_away')
  const answers = await Promise.allSettled(events.map((event) => db.database.recordAudit('west', event)))
  await db.query('alter table audit_row_away rename to audit_row')
  expect(answers.map(({ status }) => status)).toEqual(events.map(() => 'rejected'))
  await db.database.recordAudit('west', auditEvent())
  const rows = await db.query(`select from auditevent where tenant = 'west'`)
  expect(rows).toHaveLength(1)
})

test('a connection cut under way is unavailable for its group, not for those after it', async () => {
  for (let round = 0; round < 3; round++) {
    const recorded = Array.from({ length: 50 }, () => auditEvent())
    const answers = Promise.allSettled(recorded.map((event) => db.database.recordAudit('cut', event)))
    await db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'almanac'`,
    )
    const settled = await answers
    const there = new Set(
      (await db.query<{ id: string }>(`select id from auditevent where tenant = 'cut'`)).map(({ id }) => id),
    )
    settled.forEach((answer, at) => {
      if (answer.status === 'fulfilled') expect(there).toContain(recorded[at]?.id)
      else expect(answer.reason).toMatchObject({ kind: 'unavailable' })
    })
  }
  await expect
    .poll(() =>
      db.database.recordAudit('cut', auditEvent()).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
})

test('concurrent writes share a few transactions, and each is there when its writer goes on', async () => {
  const store = db.database.asSystem('together')
  await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      await write(store, changeTo(patient(`together-${at}`)))
      expect((await store.read('Patient', `together-${at}`))?.version).toBe(1)
    }),
  )
  const [row] = await db.query<{ transactions: number; versions: number }>(
    `select count(distinct xmin::text)::int as transactions, count(*)::int as versions from history where tenant = 'together'`,
  )
  expect(row?.versions).toBe(200)
  expect(row?.transactions).toBeLessThan(20)
})

test('who is refused is refused alone: the others of the group are written, with their events', async () => {
  const store = db.database.asSystem('refused')
  const answers = await Promise.allSettled(
    Array.from({ length: 40 }, (_, at) =>
      store.transaction(async (tx) => {
        const link = at === 17 ? 'nobody' : 'known'
        if (at === 0) tx.write(changeTo(patient('known')))
        else
          tx.write(
            changeTo(
              patient(`refers-${at}`, 'A', {
                link: [{ other: { reference: `Patient/${link}` }, type: 'seealso' }],
              }),
            ),
          )
        tx.audit(auditEvent())
        if (at !== 0) await written(store, 'known')
      }),
    ),
  )
  const refused = answers.flatMap((answer, at) => (answer.status === 'rejected' ? [at] : []))
  expect(refused).toEqual([17])
  const [row] = await db.query(
    `select (select count(*)::int from patient where tenant = 'refused') as patients,
            (select count(*)::int from history where tenant = 'refused') as versions,
            (select count(*)::int from outbox where tenant = 'refused') as outbox,
            (select count(*)::int from auditevent where tenant = 'refused') as events`,
  )
  expect(row).toEqual({ patients: 39, versions: 39, outbox: 39, events: 39 })
})

test('two writers of one version: one is first, the other starts again on top of it', async () => {
  const store = db.database.asSystem('twice')
  await write(store, changeTo(patient('p')))
  await Promise.all(
    Array.from({ length: 12 }, () =>
      store.transaction(async (tx) => {
        const current = await tx.read('Patient', 'p')
        tx.write(changeTo(patient('p'), (current?.version ?? 0) + 1))
      }),
    ),
  )
  expect((await store.read('Patient', 'p'))?.version).toBe(13)
})

test('creates, updates and deletes of many writers at once each leave what was meant', async () => {
  const store = db.database.asSystem('mixed')
  const ids = Array.from({ length: 60 }, (_, at) => `mixed-${at}`)
  await Promise.all(ids.map((id) => write(store, changeTo(patient(id)))))
  await Promise.all(
    ids.map((id, at) => {
      if (at % 3 === 0) return write(store, deletionOf('Patient', id, 2))
      return at % 3 === 1
        ? write(store, changeTo(patient(id, 'Changed'), 2))
        : write(store, changeTo(patient(`${id}-new`)))
    }),
  )
  const newest = await store.readMany(ids.map((id) => ({ type: 'Patient', id })))
  const states = new Map(
    newest.map(({ id, version, deleted }) => [id, `${version}${deleted ? ' deleted' : ''}`]),
  )
  ids.forEach((id, at) => {
    expect(states.get(id)).toBe(['2 deleted', '2', '1'][at % 3])
  })
})

async function written(store: ReturnType<TestDatabase['database']['asSystem']>, id: string): Promise<void> {
  for (let attempt = 0; attempt < 200 && (await store.read('Patient', id)) === undefined; attempt++)
    await new Promise((next) => setTimeout(next, 5))
}

test('a form is stored with its first event, again when that was rolled back, and again when the database lost it', async () => {
  const { own, form } = formedEvent(db.database, 'forms', 'first')
  const another = (id: string): EventRow => ({ own: own.replace('first', id), ...(form && { form }) })
  const store = db.database.asSystem('forms')
  const undone = store.transaction(async (tx) => {
    tx.audit(another('undone'))
    await tx.flush()
    throw new Error('changed my mind')
  })
  await expect(undone).rejects.toThrow('changed my mind')
  await db.database.recordAudit('forms', another('second'))
  expect((await store.read('AuditEvent', 'second'))?.text).toContain('"second"')
  // As a replica comes back that had not received the last of it: every connection is a new one.
  await db.query('alter table audit_form disable trigger user')
  await db.query(`delete from audit_form where tenant = 'forms'`)
  await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'almanac'`,
  )
  await vi.waitFor(() => db.database.recordAudit('forms', another('third')), { timeout: 20_000 })
  expect((await store.read('AuditEvent', 'third'))?.text).toContain('"third"')
})
