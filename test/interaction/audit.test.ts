import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { auditTrail, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic({ settings: { conditionalDeleteMultiple: true } })
})
afterAll(() => clinic[Symbol.asyncDispose]())

async function newEvents(deed: () => Promise<unknown>): Promise<readonly Resource[]> {
  const before = new Set((await auditTrail(clinic.database)).map(({ id }) => id))
  await deed()
  return (await auditTrail(clinic.database)).filter(({ id }) => !before.has(id))
}

const brief = (event: Resource | undefined) => {
  const [subtype] = (event?.subtype ?? []) as { code: string }[]
  return `${subtype?.code} ${event?.action} ${event?.outcome}`
}

test.each([
  ['POST /Patient', { body: patient('A') }, 'create C 0'],
  ['PUT /Patient/new', { body: patient('A', { id: 'new' }) }, 'create C 0'],
  ['PUT /Patient/a1', { body: patient('A', { id: 'a1' }) }, 'update U 0'],
  ['GET /Patient/a1', {}, 'read R 0'],
  ['GET /Patient/a1', { ifNoneMatch: '*' }, 'read R 0'],
  ['GET /Patient/a1/_history/1', {}, 'vread R 0'],
  ['GET /Patient/a1/_history', {}, 'history-instance R 0'],
  ['GET /Patient?family=A', {}, 'search-type E 0'],
  ['DELETE /Patient/a1', {}, 'delete D 0'],
  ['DELETE /Patient/nobody', {}, 'delete D 0'],
  ['GET /Patient/nobody', {}, 'read R 4'],
  ['POST /Patient', { body: patient('A', { birthDate: 'x' }) }, 'create C 4'],
  ['PUT /Patient/a1', { body: patient('A', { id: 'a1' }), ifMatch: 'W/"9"' }, 'update U 4'],
  ['GET /Patient/a1', { as: principal('system/Observation.rs') }, 'read R 4'],
  [
    'POST /Patient',
    { body: patient('A', { managingOrganization: { reference: 'Organization/none' } }) },
    'create C 4',
  ],
])('%s %o leaves one event: %s', async (line, sending, expected) => {
  await clinic.send('PUT /Patient/a1', { body: patient('A', { id: 'a1' }) })
  const events = await newEvents(() => clinic.send(line, sending))
  expect(events.map(brief)).toEqual([expected])
})

test('an event names the version that was written and whose it is', async () => {
  await clinic.send('PUT /Patient/a1', { body: patient('A', { id: 'a1' }) })
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/a1' },
  }
  const [event] = await newEvents(() => clinic.send('POST /Observation', { body: observation }))
  const references = ((event?.entity ?? []) as { what?: { reference?: string } }[]).map(
    ({ what }) => what?.reference,
  )
  expect(references).toContain('Patient/a1')
  expect(references.some((reference) => /^Observation\/.+\/_history\/1$/.test(reference ?? ''))).toBe(true)
})

test('a conditional delete of several leaves an event for each', async () => {
  for (let index = 0; index < 3; index++) {
    await clinic.send('POST /Patient', { body: patient('A', { identifier: [{ value: 'x' }] }) })
  }
  const events = await newEvents(() => clinic.send('DELETE /Patient?identifier=x'))
  expect(events.map(brief)).toEqual(Array(3).fill('delete D 0'))
})

test('a client may file an AuditEvent of its own', async () => {
  const event = {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    recorded: '2026-03-01T09:30:00Z',
    agent: [{ requestor: true }],
    source: { observer: { display: 'app' } },
  }
  const { status, text, json } = await clinic.send('POST /AuditEvent', { body: event })
  expect(status).toBe(201)
  expect((await clinic.send(`GET /AuditEvent/${json.id}`)).text).toBe(text)
  expect((await clinic.send(`GET /AuditEvent?_id=${json.id}&_total=accurate`)).json.total).toBe(1)
  expect(
    (await clinic.send('POST /AuditEvent', { body: event, as: principal('system/AuditEvent.rs') })).status,
  ).toBe(403)
})
