import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Caller, callAs } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
})
afterAll(() => server.close())

const patient = { resourceType: 'Patient', name: [{ family: 'Ngata' }] }
const told = (resource: { [name: string]: unknown }) =>
  (resource.issue as { severity: string; code: string; expression?: string[] }[]).map(
    ({ severity, code, expression = [] }) => [severity, code, ...expression].join(' '),
  )

test('a right resource is "All OK", and not stored', async () => {
  const answer = await caller.send('POST', 'Patient/$validate', patient)
  expect(answer.status).toBe(200)
  expect(answer.resource.issue).toEqual([
    { severity: 'information', code: 'informational', diagnostics: 'All OK' },
  ])
  expect((await caller.send('GET', 'Patient?family=Ngata')).resource.total).toBeFalsy()
})

test('a wrong one is told all that is wrong, with 200', async () => {
  const wrong = { ...patient, gender: 'none', birthDate: '2026-02-30' }
  for (const body of [
    wrong,
    { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: wrong }] },
  ]) {
    const answer = await caller.send('POST', 'Patient/$validate', body)
    expect(answer.status).toBe(200)
    expect(told(answer.resource)).toEqual([
      'error code-invalid Patient.gender',
      'error value Patient.birthDate',
    ])
  }
})

test('another type than that of the address is told', async () => {
  const answer = await caller.send('POST', 'Patient/$validate', { resourceType: 'Slot' })
  expect(told(answer.resource)).toEqual(['error invalid Patient.resourceType'])
})

test('an AuditEvent, which nobody may change, can be asked about like all others', async () => {
  const answer = await caller.send('POST', 'AuditEvent/$validate', { resourceType: 'AuditEvent' })
  expect(answer.status).toBe(200)
  expect(told(answer.resource)).toContain('error required AuditEvent')
  const { resource } = await caller.send('GET', 'metadata')
  const [{ resource: types }] = resource.rest as [
    { resource: { type: string; operation: { name: string }[] }[] },
  ]
  expect(types.find(({ type }) => type === 'AuditEvent')?.operation.map(({ name }) => name)).toEqual([
    'meta',
    'validate',
    'trail',
  ])
})

test('profiles can be named, and what the server does not know is an error', async () => {
  const profile = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
  const known = await caller.send('POST', `Patient/$validate?profile=${profile}`, patient)
  expect(told(known.resource)).toContain('error required Patient')
  const unknown = await caller.send('POST', 'Patient/$validate?profile=http://x.org/p', patient)
  expect(told(unknown.resource)).toEqual(['error not-found Patient'])
})

test('what is stored can be validated, updated or deleted in thought', async () => {
  const { resource } = await caller.send('POST', 'Patient', patient)
  const path = `Patient/${resource.id}/$validate`
  expect(told((await caller.send('GET', path)).resource)).toEqual(['information informational'])
  const update = await caller.send('POST', `${path}?mode=update`, { ...patient, id: 'other' })
  expect(told(update.resource)).toEqual(['error value Patient.id'])
  expect(told((await caller.send('POST', `${path}?mode=delete`)).resource)).toEqual([
    'information informational',
  ])
  const gone = await caller.send('POST', 'Patient/nobody/$validate?mode=delete')
  expect(told(gone.resource)).toEqual(['error not-found'])
  expect((await caller.send('POST', 'Patient/$validate?mode=delete', patient)).status).toBe(400)
})

test('a write that breaks a rule is 422 with all issues; doubts are told to who asks', async () => {
  const refused = await caller.send('POST', 'Patient', {
    ...patient,
    gender: 'none',
    language: 'no language',
  })
  expect(refused.status).toBe(422)
  expect(told(refused.resource)).toEqual([
    'error code-invalid Patient.gender',
    'error code-invalid Patient.language',
  ])
})
