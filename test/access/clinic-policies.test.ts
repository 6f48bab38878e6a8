import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Policy } from '#access/policy/policy.ts'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/http/log.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let second: App
let system: Call
let admin: Call
let desk: Call
let deskAtSecond: Call

const canonical = 'https://almanac.example/fhir/StructureDefinition'
const code = {
  coding: [{ system: 'https://almanac.example/fhir/CodeSystem/basic-kinds', code: 'access-policy' }],
}
const basic = (policy: unknown) => ({
  resourceType: 'Basic',
  meta: { profile: [`${canonical}/access-policy`] },
  code,
  extension: [{ url: `${canonical}/access-policy-rules`, valueString: JSON.stringify(policy) }],
})
const deskPolicy: Policy = {
  role: 'front-desk',
  title: 'Front desk of this clinic',
  rules: [{ name: 'female patients', allows: 'rs', types: ['Patient'], where: 'gender=female' }],
}
const admitted = { scope: 'user/*.cruds', fhirUser: 'Practitioner/someone' }

beforeAll(async () => {
  server = await startTestServer()
  const config = { ...readConfig({ DEMO: 'false', CLINICS: 'north' }), port: 0 }
  second = await openApp(config, server.databaseUrl, createLogger('silent', { write: () => undefined }))
  system = await callerOf(server, { scope: 'system/*.cruds' })
  admin = await callerOf(server, { ...admitted, roles: ['clinic-admin'] })
  const deskToken = await server.token({ ...admitted, roles: ['front-desk'] })
  desk = await callerOf(server, deskToken)
  deskAtSecond = await callerOf({ ...server, base: `${second.url}/fhir` } as TestServer, deskToken)
  for (const gender of ['male', 'female'])
    await system('PUT', `/Patient/${gender}`, { resourceType: 'Patient', id: gender, gender })
})
afterAll(async () => {
  await second.close()
  await server.close()
})

const seen = async (call: Call) => idsOf(await call('GET', '/Patient')).toSorted()

test('a policy that a clinic stores holds at once, and its removal too', async () => {
  expect(await seen(desk)).toEqual(['female', 'male'])
  const made = await admin('POST', '/Basic', basic(deskPolicy))
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(await seen(desk)).toEqual(['female'])
  expect((await desk('GET', '/Appointment')).status).toBe(403)
  expect((await admin('DELETE', `/Basic/${made.body.id}`)).status).toBe(204)
  expect(await seen(desk)).toEqual(['female', 'male'])
})

test('another process learns of it when it commits', async () => {
  expect(await seen(deskAtSecond)).toEqual(['female', 'male'])
  const made = await admin('POST', '/Basic', basic(deskPolicy))
  await expect.poll(() => seen(deskAtSecond), { timeout: 5_000 }).toEqual(['female'])
  await admin('DELETE', `/Basic/${made.body.id}`)
  await expect.poll(() => seen(deskAtSecond), { timeout: 5_000 }).toEqual(['female', 'male'])
})

test('a policy of one clinic is none of another', async () => {
  const made = await admin('POST', '/Basic', basic(deskPolicy))
  const north = await callerOf(server, { ...admitted, roles: ['front-desk'], clinic: 'north' }, 'north')
  expect((await north('GET', '/Appointment')).status).toBe(200)
  await admin('DELETE', `/Basic/${made.body.id}`)
})

test('a change of policies stands in the audit trail', async () => {
  const made = await admin('POST', '/Basic', basic(deskPolicy))
  await admin('DELETE', `/Basic/${made.body.id}`)
  const auditor = await callerOf(server, {
    scope: 'user/AuditEvent.rs',
    fhirUser: 'Practitioner/a',
    roles: ['auditor'],
  })
  const { body } = await auditor('GET', `/AuditEvent?entity=Basic/${made.body.id}&subtype=110135`)
  expect(body.entry).toHaveLength(2)
})

test.each<[string, unknown, RegExp]>([
  [
    'letters that mean nothing',
    { ...deskPolicy, rules: [{ name: 'x', allows: 'z', types: ['Patient'] }] },
    /pattern/,
  ],
  [
    'a criterion that is none',
    { ...deskPolicy, rules: [{ name: 'x', allows: 'r', types: ['Patient'], where: 'colour=red' }] },
    /colour/,
  ],
  ['no rules', { role: 'front-desk', title: 'x' }, /rules/],
])('a policy with %s is refused', async (_, policy, sentence) => {
  const { status, body } = await admin('POST', '/Basic', basic(policy))
  expect(status).toBe(422)
  expect(JSON.stringify(body)).toMatch(sentence)
})

test('a role has one policy', async () => {
  const made = await admin('POST', '/Basic', basic(deskPolicy))
  const again = await admin('POST', '/Basic', basic(deskPolicy))
  expect(again.status).toBe(409)
  const changed = { ...basic({ ...deskPolicy, title: 'Changed' }), id: made.body.id }
  expect((await admin('PUT', `/Basic/${made.body.id}`, changed)).status).toBe(200)
  await admin('DELETE', `/Basic/${made.body.id}`)
})

test('nobody else changes policies, and administrators not their own', async () => {
  const doctor = await callerOf(server, { ...admitted, roles: ['practitioner'] })
  expect((await doctor('POST', '/Basic', basic(deskPolicy))).status).toBe(403)
  expect((await system('POST', '/Basic', basic(deskPolicy))).status).toBe(403)
  expect((await desk('POST', '/Basic', basic(deskPolicy))).status).toBe(403)
  const own = basic({
    role: 'clinic-admin',
    title: 'All',
    rules: [{ name: 'all', allows: 'cruds', types: ['*'] }],
  })
  expect((await admin('POST', '/Basic', own)).status).toBe(403)
  const other = { resourceType: 'Basic', code: { text: 'note' } }
  expect((await admin('POST', '/Basic', other)).status).toBe(403)
  expect((await system('POST', '/Basic', other)).status).toBe(201)
})
