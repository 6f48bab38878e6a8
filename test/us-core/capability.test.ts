import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUsCoreClinic, profiled, releases, type UsCoreClinic, url } from './us-core-clinic.ts'

let clinic: UsCoreClinic
let statement: Statement
beforeAll(async () => {
  clinic = await openUsCoreClinic()
  statement = (await (await fetch(`${clinic.server.base}/metadata`)).json()) as Statement
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Statement {
  readonly fhirVersion: string
  readonly format: readonly string[]
  readonly instantiates?: readonly string[]
  readonly rest: readonly {
    readonly security: {
      readonly service: readonly { readonly coding: readonly { readonly code: string }[] }[]
    }
    readonly resource: readonly {
      readonly type: string
      readonly supportedProfile?: readonly string[]
      readonly interaction: readonly { readonly code: string }[]
    }[]
  }[]
}

const served = (type: string) => statement.rest[0]?.resource.find((one) => one.type === type)

test('the statement says R4, JSON and each profile of US Core in each release', () => {
  expect(statement.fhirVersion).toBe('4.0.1')
  expect(statement.format).toEqual(expect.arrayContaining(['json', 'application/fhir+json']))
  for (const [type, name] of profiled) {
    const canonicals = [url(name), ...releases.map((release) => `${url(name)}|${release}`)]
    expect(served(type)?.supportedProfile).toEqual(expect.arrayContaining(canonicals))
  }
})

test.each(profiled)('%s is read and searched, its versions and its history too', (type) => {
  const codes = served(type)?.interaction.map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['read', 'search-type', 'vread', 'history-instance']))
})

test.each(['Patient/us-core-amy', 'Patient?name=shaw', 'Location/us-core-south-wing'])(
  'who shows no token, or one that is none, gets 401: %s',
  async (path) => {
    for (const authorization of [undefined, 'Bearer nothing', 'Basic dTpw']) {
      const headers = authorization === undefined ? undefined : { authorization }
      const answer = await fetch(`${clinic.server.base}/${path}`, headers && { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' })
    }
  },
)

/** https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#capability-sets */
const capabilitySets = {
  'patients, apps of their own': [
    'launch-standalone',
    'client-public',
    'context-standalone-patient',
    'permission-patient',
  ],
  'patients, from a portal': ['launch-ehr', 'client-public', 'context-ehr-patient', 'permission-patient'],
  'clinicians, apps of their own': [
    'launch-standalone',
    'client-confidential-asymmetric',
    'permission-user',
    'permission-patient',
  ],
  'clinicians, from the record': [
    'launch-ehr',
    'client-confidential-symmetric',
    'context-ehr-patient',
    'context-ehr-encounter',
    'permission-user',
    'permission-patient',
  ],
}

test.each(Object.entries(capabilitySets))('the capability set of SMART for %s is whole', async (_, set) => {
  const answer = await fetch(`${clinic.server.base}/.well-known/smart-configuration`)
  const { capabilities } = (await answer.json()) as { capabilities: string[] }
  expect(capabilities).toEqual(expect.arrayContaining(set))
})

test('tokens can be introspected, by who is known', async () => {
  const answer = await fetch(`${clinic.server.base}/.well-known/smart-configuration`)
  const { introspection_endpoint: endpoint } = (await answer.json()) as { introspection_endpoint: string }
  const asked = await fetch(endpoint, { method: 'POST', body: new URLSearchParams({ token: 'nothing' }) })
  expect([400, 401]).toContain(asked.status)
  expect(await asked.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
})

test('a patient reads and finds the own record, and nobody else', async () => {
  const token = await clinic.token({ scope: 'patient/Patient.rs', patient: 'us-core-amy' })
  const as = (path: string) => clinic.send('GET', path, undefined, token)
  expect((await as('Patient/us-core-amy')).status).toBe(200)
  expect((await as('Patient/us-core-deceased')).status).toBe(404)
  expect(await clinic.found('Patient?identifier=https://amherst.example/mrn|', token)).toEqual([
    'match Patient/us-core-amy',
  ])
  expect(await clinic.found('Patient?_id=us-core-deceased', token)).toEqual([])
})

test('every read and search leaves its event, stamped by the clock of the server alone', async () => {
  const before = Date.now()
  await clinic.send('GET', 'Patient/us-core-amy')
  await clinic.send('GET', 'Patient?name=shaw')
  const { json } = await clinic.send('GET', 'AuditEvent?_sort=-date&_count=20')
  const events = (json.entry ?? []).map(({ resource }) => resource) as unknown as { recorded: string }[]
  expect(events.length).toBeGreaterThanOrEqual(2)
  const recorded = events.map(({ recorded: time }) => Date.parse(time))
  expect(recorded.filter((time) => time >= before && time <= Date.now()).length).toBeGreaterThanOrEqual(2)
  const patient = (await clinic.send('PUT', 'Patient/clock', {
    resourceType: 'Patient',
    id: 'clock',
    meta: { lastUpdated: '1999-01-01T00:00:00Z' },
  })) as { json: { meta?: { lastUpdated?: string } } }
  expect(Date.parse(String(patient.json.meta?.lastUpdated))).toBeGreaterThanOrEqual(before)
})
