import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let superuser: pg.Client
let staff: Call
let stranger: Call

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
  stranger = await callerOf(server, '')
  await staff('PUT', '/Patient/a', { resourceType: 'Patient', id: 'a' })
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  await superuser.connect()
  await superuser.query('revoke insert on audit_row from almanac_server')
})
afterAll(async () => {
  await superuser.query('grant insert on audit_row to almanac_server')
  await superuser.end()
  await server[Symbol.asyncDispose]()
})

test.each([
  ['a read', () => staff('GET', '/Patient/a')],
  ['a search', () => staff('GET', '/Patient')],
  ['a create', () => staff('POST', '/Patient', { resourceType: 'Patient' })],
  ['an update', () => staff('PUT', '/Patient/a', { resourceType: 'Patient', id: 'a', active: true })],
  ['a refusal', () => staff('GET', '/Patient/nobody')],
  ['a request without a token', () => stranger('GET', '/Patient/a')],
])('%s whose event cannot be written is answered 503, and nothing else happens', async (_, call) => {
  const { status, body } = await call()
  expect(status).toBe(503)
  expect(JSON.stringify(body)).not.toContain('"Patient"')
  const { rows } = await superuser.query(`select id, version from patient`)
  expect(rows).toEqual([{ id: 'a', version: 1 }])
})
