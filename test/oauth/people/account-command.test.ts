import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  authorizePath,
  exchangeCode,
  type PeopleServer,
  registerApp,
  signIn,
  startPeopleServer,
} from '../../support/people.ts'

let server: PeopleServer
beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())

const run = promisify(execFile)

interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** As one runs it beside the server. */
async function command(...args: readonly string[]): Promise<Printed> {
  const env = { ...process.env, DATABASE_URL: server.databaseUrl, PUBLIC_URL: server.origin }
  return run(process.execPath, ['src/commands/account.ts', ...args], { env }).catch(
    (failed: Printed) => failed,
  )
}

test('a clinic’s first administrator gets in by the link that the command prints', async () => {
  const { stdout } = await command(
    '--invite',
    'Ada@Clinic.example',
    '--role',
    'clinic-admin',
    '--name',
    'Ada',
  )
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/oauth\/invitation\?secret=[\w-]{43}\n$/)
  const visitor = server.visitor()
  await visitor.get(stdout.trim().slice(server.origin.length))
  await visitor.submit('/oauth/invitation')
  expect(visitor.sheet.url).toContain('/oauth/sign-in/second')
  const listed = await command('--list')
  expect(listed.stdout).toContain('ada@clinic.example\tclinic-admin\n')
})

test('an account that is shut is out at once, tokens and all', async () => {
  const person = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
  const app = await registerApp(server)
  const ask = authorizePath(server, app, 'launch/patient patient/Patient.rs offline_access')
  const visitor = server.visitor()
  await visitor.follow(ask.path)
  await signIn(visitor, person)
  await visitor.submit('', { answer: 'allow' })
  const tokens = await exchangeCode(server, app, ask, visitor.sheet.headers.get('location') ?? '')
  const read = async () =>
    (
      await fetch(`${server.base}/Patient/patient-1`, {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      })
    ).status
  expect(await read()).toBe(200)
  expect((await command('--disable', person.email)).stdout).toBe('disabled\n')
  expect(await read()).toBe(401)
  expect((await visitor.get('/oauth/account')).status).toBe(303)
})

test('who lost the second factor sets up another at the next sign-in, after the command', async () => {
  const doctor = await server.person({ roles: ['clinic-admin'] })
  const before = server.visitor()
  await before.get('/oauth/sign-in')
  await signIn(before, doctor)
  expect((await before.get('/oauth/account')).status).toBe(200)
  expect((await command('--reset', doctor.email)).stdout).toBe('reset\n')
  expect((await before.get('/oauth/account')).status).toBe(303)
  const after = server.visitor()
  await after.get('/oauth/sign-in')
  const { totp: _, ...bare } = doctor
  await server.query('delete from sign_in_visit where email = $1', [doctor.email])
  await signIn(after, bare as typeof doctor)
  expect(after.sheet.url).toContain('/oauth/sign-in/second')
  expect(after.sheet.text).toContain('Add a second step')
})

test.each([
  [['--invite', 'a@b.example', '--role', 'king'], /--role is one of/],
  [['--invite', 'a@b.example', '--role', 'practitioner', '--as', 'Practitioner/nobody'], /--as must name/],
  [['--disable', 'nobody@people.example'], /Nobody has this address/],
])('%j is refused with a sentence', async (args, sentence) => {
  const { stdout, stderr } = await command(...args)
  expect(stdout).toBe('')
  expect(stderr).toMatch(sentence)
})

test('what the command did is in the audit trail of each clinic whose people it was done to', async () => {
  const person = await server.person({ roles: ['patient'], clinic: 'north' })
  await command('--disable', person.email)
  const events = async (clinic: string, subtype: string) => {
    const token = await server.token({ scope: 'system/AuditEvent.rs', clinic })
    const found = await fetch(`${server.baseOf(clinic)}/AuditEvent?subtype=${subtype}&_count=50`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    return await found.text()
  }
  for (const clinic of ['main', 'north']) {
    const text = await events(clinic, '110137')
    expect(text).toContain('disabled an account')
    expect(text).toContain(person.id)
  }
  expect(await events('main', '110136')).toContain('invited somebody as clinic-admin')
  expect(await events('main', 'command')).toContain('listed who may sign in')
})
