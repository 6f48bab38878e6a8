import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, formedEvent, patient, write } from './changes.ts'

let db: TestDatabase
let server: pg.Client

beforeAll(async () => {
  db = await createTestDatabase()
  for (const tenant of ['main', 'north']) {
    const store = db.database.asSystem(tenant)
    await write(
      store,
      ...Array.from({ length: 400 }, (_, at) => changeTo(patient(`${tenant}-${at}`, `Family${at}`))),
    )
    await db.database.recordAudit(tenant, auditEvent())
    await db.database.recordAudit(tenant, formedEvent(db.database, tenant))
  }
  await db.query('vacuum analyze patient')
  server = new pg.Client({ connectionString: db.url, options: '-c role=almanac_server' })
  await server.connect()
  await server.query(`select set_config('almanac.tenant', 'main', false)`)
})

afterAll(async () => {
  await server.end()
  await db.drop()
})

async function plan(text: string): Promise<string> {
  const { rows } = await server.query<{ 'QUERY PLAN': string }>(`explain ${text}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

describe('a clinic sees its own rows and no others', () => {
  test.each(['patient', 'history', 'auditevent', 'audit_row', 'audit_form'])(
    'SQL without a clinic in it, on %s',
    async (table) => {
      const { rows } = await server.query(`select distinct tenant from ${table}`)
      expect(rows).toEqual([{ tenant: 'main' }])
    },
  )

  test('before any clinic is named there is nothing', async () => {
    const stranger = new pg.Client({ connectionString: db.url, options: '-c role=almanac_server' })
    await stranger.connect()
    const { rows } = await stranger.query('select count(*)::int as count from patient')
    await stranger.end()
    expect(rows).toEqual([{ count: 0 }])
  })

  test('a row of another clinic can be neither written nor taken over', async () => {
    await expect(
      server.query(
        `insert into patient (tenant, id, version, updated, method, text) values ('north', 'x', 1, now(), 'PUT', '{}')`,
      ),
    ).rejects.toThrow(/row-level security/)
    await expect(server.query(`update patient set tenant = 'north'`)).rejects.toThrow(/row-level security/)
    const { rowCount } = await server.query(`delete from patient where id like 'north-%'`)
    expect(rowCount).toBe(0)
  })

  test('every table with a clinic in it is held', async () => {
    const loose = await db.query(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant'
       where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
         and not (c.relrowsecurity and c.relforcerowsecurity)`,
    )
    expect(loose).toEqual([])
  })
})

describe('what is past stays as it was', () => {
  test.each([
    `update history set text = ''`,
    'delete from history',
    `update audit_row set text = ''`,
    'delete from audit_row',
    'truncate audit_row',
    'drop table audit_row',
    `update audit_form set text = ''`,
    `update audit_form set by_action = ''`,
    'delete from audit_form',
    'truncate audit_form',
    `update auditevent set text = ''`,
    'delete from auditevent',
  ])('the server may not: %s', async (text) => {
    await expect(server.query(text)).rejects.toThrow(
      /permission denied|must be owner|cannot (?:update|delete from) view/,
    )
  })
})

// Without the LEAKPROOF marks PostgreSQL reads the whole table instead: leakproof.ts.
describe('row level security leaves the indexes usable', () => {
  test('a token is found by its index', async () => {
    expect(await plan(`select id from patient where by_identifier && array['urn:clinic|n-main-7']`)).toMatch(
      /Bitmap Index Scan on patient_terms_1/,
    )
  })

  test('the beginning of a name is found by its index', async () => {
    expect(await plan(`select id from patient where by_name like E'%\\nfamily123%'`)).toMatch(
      /Bitmap Index Scan on patient_terms_1/,
    )
  })

  test('a date range is found by its index', async () => {
    expect(
      await plan(
        `select id from patient where by_birthdate_start >= '2020-01-01' and by_birthdate_start < '2020-02-01'`,
      ),
    ).toMatch(/Index.*Scan.* patient_by_birthdate_start/)
  })

  // With the clinic named as the store names it: the policy by itself also shows the server's own definitions.
  test('a history is found by its keys', async () => {
    expect(
      await plan(
        `select text from history where tenant = 'main' and type = 'Patient' and id = 'main-1' order by version desc limit 1`,
      ),
    ).toMatch(
      /(Index Scan Backward using|Bitmap Index Scan on) history_pkey[\s\S]*Index Cond: .*tenant.*type.*id/,
    )
  })
})
