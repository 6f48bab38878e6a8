import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Call, callerOf, idsOf } from './caller.ts'

let server: TestServer
let system: Call
let doctor: Call
let colleague: Call
let patient: Call

const restricted = {
  security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
}
const why = 'Unconscious in the waiting room'
const reason = {
  resourceType: 'Parameters',
  parameter: [{ name: 'reason', valueString: why }],
}

beforeAll(async () => {
  server = await startTestServer()
  const as = (fhirUser: string, roles?: readonly string[]) =>
    callerOf(server, { scope: 'user/*.cruds user/AuditEvent.rs', fhirUser, ...(roles && { roles }) })
  system = await callerOf(server, { scope: 'system/*.cruds' })
  doctor = await as('Practitioner/doctor')
  colleague = await as('Practitioner/colleague')
  patient = await as('Patient/mine')
  const put = (resource: { resourceType: string; id: string }) =>
    system('PUT', `/${resource.resourceType}/${resource.id}`, resource)
  for (const id of ['doctor', 'colleague']) await put({ resourceType: 'Practitioner', id })
  for (const id of ['mine', 'other']) {
    await put({ resourceType: 'Patient', id, meta: restricted } as never)
    const subject = { reference: `Patient/${id}` }
    await put({
      resourceType: 'Observation',
      id: `of-${id}`,
      meta: restricted,
      status: 'final',
      code: { text: 'x' },
      subject,
    } as never)
  }
})
afterAll(() => server.close())

test('a practitioner who states a reason sees the one record, and nobody else does', async () => {
  expect((await doctor('GET', '/Observation/of-mine')).status).toBe(404)
  const opened = await doctor('POST', '/Patient/mine/$break-glass', reason)
  expect(opened.status, JSON.stringify(opened.body)).toBe(200)
  expect((await doctor('GET', '/Observation/of-mine')).status).toBe(200)
  expect(idsOf(await doctor('GET', '/Observation'))).toEqual(['of-mine'])
  expect((await doctor('GET', '/Observation/of-other')).status).toBe(404)
  expect((await colleague('GET', '/Observation/of-mine')).status).toBe(404)
  const change = { resourceType: 'Observation', id: 'of-mine', status: 'amended', code: { text: 'x' } }
  expect((await doctor('PUT', '/Observation/of-mine', change)).status).toBe(403)
})

test('the patient and the administrators are told, and the reason is not for the patient', async () => {
  const [notice] = (await patient('GET', '/Communication?category=break-glass')).body.entry
  expect(notice.resource.payload[0].contentString).toMatch(/opened in an emergency/)
  expect(notice.resource).not.toHaveProperty('note')
  const admin = await callerOf(server, {
    scope: 'user/*.rs',
    fhirUser: 'Practitioner/doctor',
    roles: ['clinic-admin'],
  })
  const told = (await admin('GET', '/Communication')).body.entry
  expect(told[0].resource.note).toEqual([{ text: 'Unconscious in the waiting room' }])
})

test('it stands out in the audit trail, and so does all that follows', async () => {
  const auditor = await callerOf(server, {
    scope: 'user/AuditEvent.rs',
    fhirUser: 'Practitioner/a',
    roles: ['auditor'],
  })
  const { body } = await auditor('GET', '/AuditEvent?_count=200')
  const purposes = body.entry
    .map(
      ({ resource }: { resource: { purposeOfEvent?: { coding: { code: string }[] }[] } }) =>
        resource.purposeOfEvent,
    )
    .filter(
      (purpose: { coding: { code: string }[] }[] | undefined) => purpose?.[0]?.coding[0]?.code === 'BTG',
    )
  expect(purposes.length).toBeGreaterThan(2)
  const [opened] = (await auditor('GET', '/AuditEvent?subtype=110127')).body.entry
  expect(opened.resource).toMatchObject({
    purposeOfEvent: [{ coding: [{ code: 'ETREAT' }] }],
    agent: [{ network: { address: '127.0.0.1' } }, {}, { who: { reference: 'Practitioner/doctor' } }],
    entity: [{ detail: [{ type: 'reason', valueString: why }] }, {}, {}],
  })
  const told = await patient('GET', '/Patient/mine/$disclosures?_count=200')
  expect(JSON.stringify(told.body)).toContain('110127')
  expect(JSON.stringify(told.body)).not.toContain(why)
})

test('without a reason, or without the right to it, the glass holds', async () => {
  expect((await colleague('POST', '/Patient/mine/$break-glass')).status).toBe(400)
  const short = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'x' }] }
  expect((await colleague('POST', '/Patient/mine/$break-glass', short)).status).toBe(400)
  const desk = await callerOf(server, {
    scope: 'user/*.rs',
    fhirUser: 'Practitioner/doctor',
    roles: ['front-desk'],
  })
  expect((await desk('POST', '/Patient/mine/$break-glass', reason)).status).toBe(403)
  expect((await patient('POST', '/Patient/other/$break-glass', reason)).status).toBe(403)
  expect((await colleague('GET', '/Observation/of-mine')).status).toBe(404)
})

test('what records it cannot be written by hand', async () => {
  const code = {
    coding: [{ system: 'https://almanac.example/fhir/CodeSystem/basic-kinds', code: 'break-glass' }],
  }
  expect((await doctor('POST', '/Basic', { resourceType: 'Basic', code })).status).toBe(403)
  expect((await system('POST', '/Basic', { resourceType: 'Basic', code })).status).toBe(403)
})
