import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAuditPartitions } from '../../src/store/audit-partitions.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent } from './changes.ts'

let db: TestDatabase
let owner: pg.Client

beforeAll(async () => {
  db = await createTestDatabase()
  owner = new pg.Client({ connectionString: db.url })
  await owner.connect()
})

afterAll(async () => {
  await owner.end()
  await db.drop()
})

async function partitionOf(id: string): Promise<string | undefined> {
  const [row] = await db.query<{ name: string }>(
    'select tableoid::regclass::text as name from audit_row where id = $1',
    [id],
  )
  return row?.name
}

test('this month and the next three are ready, each is made once', async () => {
  const now = new Date('2031-11-20T10:00:00Z')
  expect(await makeAuditPartitions(owner, now)).toEqual([
    'audit_row_2031_11',
    'audit_row_2031_12',
    'audit_row_2032_01',
    'audit_row_2032_02',
  ])
  expect(await makeAuditPartitions(owner, now)).toEqual([])
  const id = '019c0000-0000-7000-8000-00000000000a'
  await db.database.recordAudit('main', auditEvent(id, new Date('2031-12-31T23:59:59.999Z')))
  expect(await partitionOf(id)).toBe('audit_row_2031_12')
})

test('an event that found no month is kept, and comes along when its month is made', async () => {
  const id = 'before-its-month'
  await db.database.recordAudit('main', auditEvent(id, new Date('2040-05-05T12:00:00Z')))
  expect(await partitionOf(id)).toBe('audit_row_rest')
  await makeAuditPartitions(owner, new Date('2040-04-01T00:00:00Z'))
  expect(await partitionOf(id)).toBe('audit_row_2040_05')
  expect((await db.database.asSystem('main').read('AuditEvent', id))?.id).toBe(id)
})

test('a new month holds clinics apart like the others', async () => {
  const loose = await db.query(
    `select from pg_class where relname like 'audit_row_%' and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)`,
  )
  expect(loose).toEqual([])
})

test('a read by id looks into the month that the id tells', async () => {
  const when = new Date('2031-11-15T00:00:00Z')
  const hex = when.getTime().toString(16).padStart(12, '0')
  const id = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`
  await db.database.recordAudit('main', auditEvent(id, when))
  expect((await db.database.asSystem('main').read('AuditEvent', id))?.updated).toEqual(when)
  const elsewhere = await db.database.asSystem('north').read('AuditEvent', id)
  expect(elsewhere).toBeUndefined()
})
