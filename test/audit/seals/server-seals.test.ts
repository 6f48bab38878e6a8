import { createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { kidOf } from '#audit/seals/sealing-key.ts'
import { verifyChain } from '#audit/seals/verify-chain.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { type Call, callerOf } from '../../access/caller.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

let server: TestServer
let staff: Call
let superuser: pg.Client

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  await superuser.connect()
})
afterAll(async () => {
  await superuser.end()
  await server[Symbol.asyncDispose]()
})

async function sealedOf(id: string): Promise<number> {
  const { rowCount } = await superuser.query('select from audit_seal where $1 = any(ids)', [id])
  return rowCount ?? 0
}

test('an event is sealed soon after its commit, by the server itself', async () => {
  await staff('PUT', '/Patient/a1', { resourceType: 'Patient', id: 'a1' })
  const { body } = await staff('GET', '/AuditEvent?patient=Patient/a1')
  const [{ resource }] = body.entry
  await expect.poll(() => sealedOf(resource.id), { timeout: 50_000 }).toBe(1)
})

test('the server starts with an event, which its chain begins with', async () => {
  const { body } = await staff('GET', '/AuditEvent?subtype=110120')
  expect(body.entry).toHaveLength(1)
  const { rows } = await superuser.query(
    `select kind from audit_seal where tenant = 'main' order by number limit 2`,
  )
  expect(rows.map(({ kind }) => kind)).toEqual(['genesis', 'seal'])
})

test('the chain verifies with the public keys of the folder, private ones stay private', async () => {
  const folder = server.auditKeys
  const files = readdirSync(folder)
  const pem = files.find((name) => name.endsWith('.pub.pem')) as string
  const key = createPublicKey(readFileSync(`${folder}/${pem}`))
  await using chain = await AuditChain.open(server.databaseUrl)
  const verdict = await verifyChain(chain, 'main', { keys: new Map([[kidOf(key), key]]), now: new Date() })
  expect(verdict.faults).toEqual([])
  const { rows } = await superuser.query(`select string_agg(statement, '') as all from audit_seal`)
  expect(rows[0].all).not.toContain('PRIVATE')
})

test.each([
  ['update audit_row set text = text'],
  ['delete from audit_row'],
  ['truncate audit_row'],
  ['update audit_seal set statement = statement'],
  ['delete from audit_seal'],
  [
    'insert into audit_seal (tenant, number, kind, statement, signature) values ($$main$$, 9999, $$seal$$, $$$$, $$$$)',
  ],
  ['alter table audit_row disable trigger all'],
])('the role of the server cannot %s', async (sql) => {
  await superuser.query('begin')
  await superuser.query('set local role almanac_server')
  await superuser.query(`set local almanac.tenant = 'main'`)
  await expect(superuser.query(sql)).rejects.toThrow(/permission denied|must be owner/)
  await superuser.query('rollback')
})

test.each([
  ['update audit_row set text = text || $$ $$'],
  ['delete from audit_row'],
  ['truncate audit_row'],
  ['update audit_seal set statement = $$$$'],
  ['delete from audit_seal'],
  ['truncate audit_seal'],
])('even the owner meets a trigger: %s', async (sql) => {
  await superuser.query('begin')
  await expect(superuser.query(sql)).rejects.toThrow(/never changed|never truncated/)
  await superuser.query('rollback')
})
