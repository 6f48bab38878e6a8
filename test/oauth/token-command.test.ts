import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

const run = promisify(execFile)
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly code?: number
}

function token(args: readonly string[], environment: Record<string, string> = {}): Promise<Printed> {
  const env = { PATH: process.env.PATH, DATABASE_URL: server.databaseUrl, CLINICS: 'north', ...environment }
  return run(process.execPath, ['src/commands/token.ts', ...args], { env }).catch((failed: Printed) => failed)
}

const statusOf = async (printed: string, base: string, path: string) =>
  (await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${printed.trim()}` } })).status

test('the command prints a token and nothing else, and the running server takes it', async () => {
  const { stdout, stderr } = await token(['--scope', 'system/*.cruds'])
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(await statusOf(stdout, server.base, '/Patient')).toBe(200)
})

test('that a token was made is in the audit trail, the token itself is not', async () => {
  const { stdout } = await token(['--scope', 'system/AuditEvent.rs'])
  const { jti } = decodeJwt(stdout.trim())
  const headers = { authorization: `Bearer ${stdout.trim()}` }
  const found = await fetch(`${server.base}/AuditEvent?subtype=ITI-71&entity:identifier=${jti}`, { headers })
  const { entry } = (await found.json()) as { entry: [{ resource: object }] }
  expect(entry).toHaveLength(1)
  expect(entry[0].resource).toMatchObject({
    type: { code: '110114' },
    entity: [{ description: 'A token was made with npm run token', what: { identifier: { value: jti } } }],
  })
  expect(JSON.stringify(entry)).not.toContain(stdout.trim().slice(-32))
})

test('a token is for one clinic', async () => {
  const { stdout } = await token(['--scope', 'system/*.cruds', '--clinic', 'north'])
  expect(await statusOf(stdout, server.baseOf('north'), '/Patient')).toBe(200)
  expect(await statusOf(stdout, server.base, '/Patient')).toBe(401)
})

test('a patient, a user and a time to live go into the token', async () => {
  const { stdout } = await token([
    ...['--scope', 'patient/*.rs user/*.rs', '--patient', 'Patient/p1'],
    ...['--user', 'Practitioner/7', '--ttl', '90'],
  ])
  const claims = decodeJwt(stdout.trim())
  expect(claims).toMatchObject({
    patient: 'p1',
    fhirUser: 'Practitioner/7',
    sub: 'Practitioner/7',
    aud: '/fhir',
  })
  expect((claims.exp as number) - (claims.iat as number)).toBe(90)
})

test.each([
  [[], 'Name the scopes'],
  [['--scope'], 'argument'],
  [['--scopes', 'x'], 'Unknown option'],
  [['--scope', 'patient/*.rs'], 'the token names no patient'],
  [['--scope', 'user/*.rs'], 'the token names no user'],
  [['--scope', 'system/Cheese.rs'], 'no R4 resource type'],
  [['--scope', 'system/*.rs', '--clinic', 'a/b'], '--clinic'],
  [['--scope', 'system/*.rs', '--ttl', '1e9'], '--ttl'],
  [['--scope', 'patient/*.rs', '--patient', 'a/b'], '--patient'],
  [['--scope', 'user/*.rs', '--user', 'somebody'], '--user'],
])('%o is refused with a sentence and no token', async (args, sentence) => {
  const { stdout, stderr, code } = await token(args)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(sentence)
  expect(stderr).not.toContain('    at ')
})

test('scopes that grant nothing are named beside a token that grants the others', async () => {
  const { stdout, stderr } = await token(['--scope', 'system/Patient.rs user/*.rs'])
  expect(stderr).toContain('user/*.rs: the token names no user')
  expect(await statusOf(stdout, server.base, '/Patient')).toBe(200)
})

test('a new key is made on request, and tokens of the old one go on', async () => {
  const before = await token(['--scope', 'system/*.rs'])
  const { stdout } = await token(['--rotate-key'])
  const after = await token(['--scope', 'system/*.rs'])
  expect(decodeProtectedHeader(after.stdout.trim()).kid).toBe(stdout.trim())
  expect(decodeProtectedHeader(before.stdout.trim()).kid).not.toBe(stdout.trim())
  expect(await statusOf(before.stdout, server.base, '/Patient')).toBe(200)
  const headers = { authorization: `Bearer ${after.stdout.trim()}` }
  const found = await fetch(`${server.base}/AuditEvent?type=110113&_count=50`, { headers })
  expect(await found.text()).toContain(stdout.trim())
})

test('without a server the command says what to start', async () => {
  const nowhere = { DATABASE_URL: '', ALMANAC_DATA: '/nonexistent/almanac' }
  const { stderr, code } = await token(['--scope', 'system/*.rs'], nowhere)
  expect(code).toBe(1)
  expect(stderr).toContain('npm start')
})

test('without the database the command says so, and shows no password', async () => {
  const { stderr, code } = await token(['--scope', 'system/*.rs'], {
    DATABASE_URL: 'postgresql://someone:secret@127.0.0.1:1/none',
  })
  expect(code).toBe(1)
  expect(stderr).toContain('DATABASE_URL')
  expect(stderr).not.toContain('secret')
})
