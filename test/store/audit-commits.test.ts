import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent } from './changes.ts'

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
    `select count(distinct xmin::text)::int as transactions, count(*)::int as events from auditevent`,
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
  await db.query('alter table auditevent rename to auditevent_away')
  const answers = await Promise.allSettled(events.map((event) => db.database.recordAudit('west', event)))
  await db.query('alter table auditevent_away rename to auditevent')
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
