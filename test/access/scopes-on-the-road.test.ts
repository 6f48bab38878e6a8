import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let staff: Call

const observation = (category: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  category: [{ coding: [{ system: 'urn:category', code: category }] }],
})

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
  await staff('PUT', '/Observation/lab', { ...observation('laboratory'), id: 'lab' })
  await staff('PUT', '/Observation/social', { ...observation('social-history'), id: 'social' })
  await staff('PUT', '/Patient/p', { resourceType: 'Patient', id: 'p', identifier: [{ value: 'known' }] })
})
afterAll(() => server[Symbol.asyncDispose]())

const patientBody = { resourceType: 'Patient', id: 'p' }
const attempts: readonly [letter: string, method: string, path: string, body?: object][] = [
  ['c', 'POST', '/Patient', { resourceType: 'Patient' }],
  ['r', 'GET', '/Patient/p'],
  ['r', 'GET', '/Patient/p/_history/1'],
  ['r', 'GET', '/Patient/p/_history'],
  ['u', 'PUT', '/Patient/p', patientBody],
  ['u', 'PATCH', '/Patient/p', [{ op: 'add', path: '/active', value: true }]],
  ['s', 'GET', '/Patient?name=x'],
  ['s', 'GET', '/Patient/_history'],
  ['d', 'DELETE', '/Patient/no-such'],
]

test.each(attempts)('"%s" opens %s %s and no other letter does', async (letter, method, path, body) => {
  const allowed = await callerOf(server, { scope: `system/Patient.${letter}` })
  expect([401, 403, 500]).not.toContain((await allowed(method, path, body)).status)
  const others = 'cruds'.replace(letter, '')
  const without = await callerOf(server, { scope: `system/Patient.${others} system/Observation.cruds` })
  const refused = await without(method, path, body)
  expect(refused.status, 'without the letter').toBe(403)
  expect(refused.headers.get('www-authenticate')).toBe(
    `Bearer realm="almanac", error="insufficient_scope", scope="system/Patient.${letter}"`,
  )
  expect(refused.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'forbidden' }] })
})

test('a version 1 scope opens what its version 2 spelling opens', async () => {
  const reader = await callerOf(server, { scope: 'system/Patient.read' })
  expect((await reader('GET', '/Patient/p')).status).toBe(200)
  expect((await reader('GET', '/Patient')).status).toBe(200)
  expect((await reader('POST', '/Patient', { resourceType: 'Patient' })).status).toBe(403)
})

test('a conditional create needs to be allowed to search', async () => {
  const creator = await callerOf(server, { scope: 'system/Patient.c' })
  const refused = await creator(
    'POST',
    '/Patient',
    { resourceType: 'Patient' },
    { 'if-none-exist': 'identifier=known' },
  )
  expect(refused.status).toBe(403)
})

test('a granular scope reads and finds what its parameter finds', async () => {
  const lab = await callerOf(server, { scope: 'system/Observation.rs?category=urn:category|laboratory' })
  expect(idsOf(await lab('GET', '/Observation'))).toEqual(['lab'])
  expect((await lab('GET', '/Observation/lab')).status).toBe(200)
  expect((await lab('GET', '/Observation/social')).status).toBe(404)
  expect(idsOf(await lab('GET', '/Observation?category=social-history'))).toEqual([])
})

test('a granular scope writes only what its parameter finds', async () => {
  const lab = await callerOf(server, { scope: 'system/Observation.cu?category=laboratory' })
  expect((await lab('POST', '/Observation', observation('laboratory'))).status).toBe(201)
  expect((await lab('POST', '/Observation', observation('social-history'))).status).toBe(403)
  expect((await lab('PUT', '/Observation/lab', { ...observation('social-history'), id: 'lab' })).status).toBe(
    403,
  )
})

test('a search of the system shows the types of the scope', async () => {
  const reader = await callerOf(server, { scope: 'system/Patient.rs' })
  expect(idsOf(await reader('GET', '/?_type=Patient'))).toContain('p')
  expect(idsOf(await reader('GET', '/?_lastUpdated=gt2000'))).not.toContain('lab')
})

test('nobody changes or deletes an AuditEvent', async () => {
  const [id] = idsOf(await staff('GET', '/AuditEvent?_count=1'))
  expect(id).toBeDefined()
  const { body } = await staff('GET', `/AuditEvent/${id}`)
  for (const [method, path, sent] of [
    ['PUT', `/AuditEvent/${id}`, body],
    ['DELETE', `/AuditEvent/${id}`, undefined],
    ['PATCH', `/AuditEvent/${id}`, [{ op: 'replace', path: '/outcome', value: '8' }]],
    ['DELETE', '/AuditEvent?outcome=0', undefined],
  ] as const) {
    const refused = await staff(method, path, sent)
    expect(refused.status, `${method} ${path}`).toBe(405)
    expect(refused.headers.get('allow')).toContain('GET')
  }
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'DELETE', url: `AuditEvent/${id}` } }],
  }
  expect((await staff('POST', '', bundle)).status).toBe(405)
  expect((await staff('GET', `/AuditEvent/${id}`)).body).toEqual(body)
})
