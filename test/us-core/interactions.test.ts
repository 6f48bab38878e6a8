import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

/** What a client of US Core asks: https://hl7.org/fhir/us/core/capability-statements.html. */
const examples = new URL('../../fhir-profiles/examples/valid/', import.meta.url)
let server: TestServer
let authorization: string

beforeAll(async () => {
  server = await startTestServer()
  authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
  for (const name of ['organization', 'practitioner', 'location', 'practitioner-role', 'patient']) {
    const text = readFileSync(new URL(`us-core-${name}.json`, examples), 'utf8')
    const { resourceType, id } = JSON.parse(text) as { resourceType: string; id: string }
    expect((await send('PUT', `${resourceType}/${id}`, text)).status).toBe(201)
  }
  await send('PUT', 'Provenance/entered', provenance)
})
afterAll(() => server.close())

const provenance = JSON.stringify({
  resourceType: 'Provenance',
  id: 'entered',
  target: [{ reference: 'Patient/us' }],
  recorded: '2026-03-02T08:00:00Z',
  agent: [{ who: { reference: 'Organization/us-org' } }],
})

async function send(method: string, path: string, body?: string, contentType = 'application/fhir+json') {
  const answer = await fetch(`${server.base}/${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': contentType }) },
    ...(body === undefined ? {} : { body }),
  })
  return { status: answer.status, json: (await answer.json()) as Bundle }
}

interface Bundle {
  readonly entry?: readonly {
    readonly resource: { resourceType: string; id: string }
    search: { mode: string }
  }[]
}

/** The same answer by GET and by POST, or none at all. */
async function found(search: string): Promise<string[]> {
  const [type, query = ''] = search.split('?')
  const get = await send('GET', search)
  const post = await send('POST', `${type}/_search`, query, 'application/x-www-form-urlencoded')
  const list = ({ json }: typeof get) =>
    (json.entry ?? [])
      .map(({ resource, search: { mode } }) => `${mode} ${resource.resourceType}/${resource.id}`)
      .sort()
  expect([get.status, post.status]).toEqual([200, 200])
  expect(list(post)).toEqual(list(get))
  return list(get)
}

test.each([
  'Patient?_id=us',
  'Patient?identifier=1032702',
  'Patient?identifier=https://hospital.example/mrn|1032702',
  'Patient?name=shaw',
  'Patient?name=Baxter',
  'Patient?birthdate=1987-02-20&name=Amy',
  'Patient?name=Amy&birthdate=1987-02-20',
  'Patient?birthdate=1987-02-20&family=SHAW',
  'Patient?gender=female&name=Amy',
  'Patient?family=shaw&gender=female',
  'Patient?family=nobody,shaw',
])('%s finds the patient, by GET and by POST', async (search) => {
  expect(await found(search)).toEqual(['match Patient/us'])
})

test.each([
  'Patient?birthdate=1987-02-19&name=Amy',
  'Patient?birthdate=1987-02-21&name=Amy',
  'Patient?gender=male&name=Amy',
  'Patient?name=nobody\\,shaw',
])('%s finds nobody', async (search) => {
  expect(await found(search)).toEqual([])
})

test('the Provenance of a patient comes along when asked for', async () => {
  expect(await found('Patient?_id=us&_revinclude=Provenance:target')).toEqual([
    'include Provenance/entered',
    'match Patient/us',
  ])
})

test.each([
  'Practitioner?identifier=1234567893',
  'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893',
  'Practitioner?name=bone',
  'Practitioner?name=Ron',
  'Practitioner?_id=us-doc',
])('%s finds the practitioner', async (search) => {
  expect(await found(search)).toEqual(['match Practitioner/us-doc'])
})

test.each([
  'PractitionerRole?practitioner=us-doc',
  'PractitionerRole?practitioner=Practitioner/us-doc',
  'PractitionerRole?practitioner.identifier=http://hl7.org/fhir/sid/us-npi|1234567893',
  'PractitionerRole?practitioner.name=Bone',
])('%s finds the role', async (search) => {
  expect(await found(search)).toEqual(['match PractitionerRole/us-role'])
})

test('a role brings its practitioner along when asked to', async () => {
  const search = 'PractitionerRole?practitioner=us-doc&_include=PractitionerRole:practitioner'
  expect(await found(`${search}&_include=PractitionerRole:endpoint`)).toEqual([
    'include Practitioner/us-doc',
    'match PractitionerRole/us-role',
  ])
})

test.each([
  ['Organization?name=acme', 'Organization/us-org'],
  ['Organization?address=amherst', 'Organization/us-org'],
  ['Location?name=South', 'Location/us-loc'],
  ['Location?address=GALAPAGOS', undefined],
  ['Location?address=1', 'Location/us-loc'],
  ['Location?address-city=Amherst', 'Location/us-loc'],
  ['Location?address-state=MA', 'Location/us-loc'],
  ['Location?address-postalcode=01002', 'Location/us-loc'],
])('organizations and locations are found: %s', async (search, wanted) => {
  expect(await found(search)).toEqual(wanted === undefined ? [] : [`match ${wanted}`])
})

test.each(['patient', 'practitioner', 'practitioner-role', 'organization', 'location'])(
  'every element of the %s comes back as it was sent',
  async (name) => {
    const sent = JSON.parse(readFileSync(new URL(`us-core-${name}.json`, examples), 'utf8'))
    const { json } = await send('GET', `${sent.resourceType}/${sent.id}`)
    expect({ ...json, meta: sent.meta }).toEqual(sent)
  },
)

test('what a role refers to can be read', async () => {
  const { json } = await send('GET', 'PractitionerRole/us-role')
  const role = json as unknown as Record<string, { reference: string } & { reference: string }[]>
  const references = [
    role.practitioner?.reference,
    role.organization?.reference,
    role.location?.[0]?.reference,
  ]
  for (const reference of references) expect((await send('GET', String(reference))).status).toBe(200)
})

test('an organization that is no longer active stays readable and findable', async () => {
  const closed = { resourceType: 'Organization', id: 'closed', active: false, name: 'Old House' }
  await send('PUT', 'Organization/closed', JSON.stringify(closed))
  expect((await send('GET', 'Organization/closed')).status).toBe(200)
  expect(await found('Organization?name=Old')).toEqual(['match Organization/closed'])
})
