import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { callerOf } from '../caller.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'access-'))
let server: TestServer

interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly code?: number
}

function access(...args: string[]): Promise<Printed> {
  const env = { PATH: process.env.PATH, DATABASE_URL: server.databaseUrl }
  return run(process.execPath, ['src/commands/access.ts', ...args], { env }).catch(
    (failed: Printed) => failed,
  )
}

function draft(name: string, policy: object): string {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(policy))
  return file
}

beforeAll(async () => {
  server = await startTestServer()
  const system = await callerOf(server, { scope: 'system/*.cruds' })
  const put = (id: string, gender: string) =>
    system('PUT', `/Patient/${id}`, { resourceType: 'Patient', id, gender, name: [{ family: 'Secret' }] })
  await put('p1', 'female')
  await put('p2', 'male')
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

test('it says which scope and which rule decide, and shows nothing of the record', async () => {
  const token = await server.token({ scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' })
  const own = await access('--explain', '--token', token, '--request', 'GET /Patient/p1')
  expect(own.stdout).toContain('scope patient/*.rs: _id=p1  (holds)')
  expect(own.stdout).toContain('role patient: the record: _id=p1  (holds)')
  expect(own.stdout).toMatch(/\nallowed\n$/)
  expect(own.stdout).not.toContain('Secret')
  const other = await access('--explain', '--token', token, '--request', 'GET /Patient/p2')
  expect(other.stdout).toMatch(/not there for this caller: no scope reaches this resource\n$/)
  const write = await access('--explain', '--token', token, '--request', 'DELETE /Patient/p1')
  expect(write.stdout).toMatch(/refused with 403: no scope grants it\n$/)
})

test('it tells by what a caller finds nothing', async () => {
  const wish = ['--explain', '--user', 'Practitioner/1', '--role', 'front-desk']
  const { stdout } = await access(...wish, '--request', 'GET /Appointment?status=booked')
  expect(stdout).toContain('finds nothing by: reason-reference, supporting-info')
})

test('a draft is tried before it is stored', async () => {
  const policy = draft('draft.json', {
    role: 'front-desk',
    title: 'Women only',
    rules: [{ name: 'women', allows: 'rs', types: ['Patient'], where: 'gender=female' }],
  })
  const wish = ['--explain', '--user', 'Practitioner/1', '--role', 'front-desk', '--policy', policy]
  const women = await access(...wish, '--request', 'GET /Patient/p1')
  expect(women.stdout).toContain('role front-desk: women: gender=female  (holds)')
  const men = await access(...wish, '--request', 'GET /Patient/p2')
  expect(men.stdout).toContain('no rule reaches this resource')
  expect((await access('--check', policy)).stdout).toBe('A policy for front-desk that can be stored.\n')
})

test('what cannot be stored is named', async () => {
  const policy = draft('wrong.json', {
    role: 'x',
    title: 'x',
    rules: [{ name: 'x', allows: 'r', types: ['Visit'] }],
  })
  const { stderr, code } = await access('--check', policy)
  expect(code).toBe(1)
  expect(stderr).toContain('Visit: no such resource type in R4.')
})

test('that somebody has looked is in the audit trail, and the token that they looked with is not', async () => {
  const token = await server.token({ scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' })
  await access('--explain', '--token', token, '--request', 'GET /Patient/p1?looked=1')
  const auditor = await callerOf(server, { scope: 'system/AuditEvent.rs' })
  const { body } = await auditor('GET', '/AuditEvent?subtype=command&_count=50')
  const text = JSON.stringify(body)
  expect(text).toContain('GET /Patient/p1?looked=1')
  expect(text).not.toContain(token)
})
