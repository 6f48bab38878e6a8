import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Call, callerOf } from '../test/access/caller.ts'
import { startTestServer, type TestServer } from '../test/support/server.ts'

/** What /metadata claims, asked of the server that claims it. */
let server: TestServer
let call: Call
let resources: Map<string, Entry>

interface Entry {
  type: string
  interaction: { code: string }[]
  searchParam: { name: string; type: string }[]
  searchInclude?: string[]
  searchRevInclude?: string[]
  operation?: { name: string }[]
}

beforeAll(async () => {
  server = await startTestServer()
  call = await callerOf(server, { scope: 'system/*.cruds' })
  const { body } = await call('GET', '/metadata')
  resources = new Map(body.rest[0].resource.map((entry: Entry) => [entry.type, entry]))
})
afterAll(() => server[Symbol.asyncDispose]())

/** The clinic's types, the log, and a few whose parameters are rare. */
const types = [
  ...['Appointment', 'AuditEvent', 'Encounter', 'HealthcareService', 'Location', 'Medication', 'Observation'],
  ...[
    'Organization',
    'Patient',
    'Practitioner',
    'PractitionerRole',
    'Questionnaire',
    'RiskAssessment',
    'Schedule',
  ],
  ...['Slot', 'Substance', 'ValueSet'],
]
const values: Readonly<Record<string, string>> = {
  string: 'a',
  token: 'urn:x|a',
  reference: 'Patient/a',
  date: '2026-01',
  number: '1',
  quantity: '1|http://unitsofmeasure.org|kg',
  uri: 'http://example.org/a',
  composite: 'a$2026',
}
const special: Readonly<Record<string, string>> = {
  _id: '_id=a',
  near: 'near=50|14|10|km',
  _content: '_content=a',
  _text: '_text=a',
  _list: '_list=a',
  _filter: '_filter=_id eq a',
  _has: '_has:Provenance:target:recorded=2026',
  _type: '_type=Patient',
}
const criterion = ({ name, type: kind }: { name: string; type: string }) =>
  encodeURI(special[name] ?? `${name}=${values[kind] ?? 'a'}`)

const search = async (path: string) => {
  const { status, body } = await call('GET', path, undefined, { prefer: 'handling=strict' })
  return `${path} ${status} ${body.resourceType === 'Bundle' ? '' : JSON.stringify(body)}`
}

test.each(types)(
  'every search parameter that %s claims is answered, also by a strict search',
  async (type) => {
    const { searchParam } = resources.get(type) as Entry
    expect(searchParam.length).toBeGreaterThan(5)
    for (const parameter of searchParam) {
      const path = `/${type}?${criterion(parameter)}&_count=1`
      expect(await search(path)).toBe(`${path} 200 `)
    }
  },
)

test.each(['Appointment', 'Patient', 'Slot'])('every include that %s claims is answered', async (type) => {
  const { searchInclude = [], searchRevInclude = [] } = resources.get(type) as Entry
  for (const include of searchInclude) {
    const path = `/${type}?_count=1&_include=${include}`
    expect(await search(path)).toBe(`${path} 200 `)
  }
  for (const include of searchRevInclude) {
    const path = `/${type}?_count=1&_revinclude=${include}`
    expect(await search(path)).toBe(`${path} 200 `)
  }
})

test('every type that is claimed can be searched and has a history', async () => {
  for (const [type, { interaction }] of resources) {
    const codes = interaction.map(({ code }) => code)
    expect((await call('GET', `/${type}?_count=0`)).status, type).toBe(200)
    if (codes.includes('history-type'))
      expect((await call('GET', `/${type}/_history?_count=1`)).status, type).toBe(200)
  }
})

test('what a type does not claim is refused with 405', async () => {
  const { status, headers } = await call('DELETE', '/AuditEvent/no-such-event')
  expect(status).toBe(405)
  expect(headers.get('allow')).toBeTruthy()
})

test('every operation that is claimed is known', async () => {
  await call('PUT', '/Patient/claimed', { resourceType: 'Patient', id: 'claimed' })
  const { operation = [] } = resources.get('Patient') as Entry
  expect(operation.map(({ name }) => name)).toEqual(expect.arrayContaining(['everything', 'meta']))
  for (const { name } of operation) {
    const { status } = await call('GET', `/Patient/claimed/$${name}`)
    expect([200, 400, 405], name).toContain(status)
  }
})

test('what can be searched across all types is answered across all types', async () => {
  const { body } = await call('GET', '/metadata')
  for (const parameter of body.rest[0].searchParam) {
    const types = parameter.name === '_type' ? '' : '_type=Patient,Slot&'
    const path = `/?${types}${criterion(parameter)}`
    expect(await search(path)).toBe(`${path} 200 `)
  }
})

test('the modes are answered, and the address is the one that was asked', async () => {
  const normative = await call('GET', '/metadata?mode=normative')
  expect(normative.body.rest[0]).not.toHaveProperty('security')
  expect((await call('GET', '/metadata?mode=terminology')).body.resourceType).toBe('TerminologyCapabilities')
  const north = await fetch(`${server.baseOf('north')}/metadata`)
  expect(((await north.json()) as { implementation: { url: string } }).implementation.url).toBe(
    server.baseOf('north'),
  )
})

test('discovery tells where the keys are, and a key of it has signed our token', async () => {
  const response = await fetch(`${server.base}/.well-known/smart-configuration`)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  const { jwks_uri: address, capabilities } = (await response.json()) as {
    jwks_uri: string
    capabilities: string[]
  }
  expect(capabilities).toContain('permission-v2')
  const { keys } = (await (await fetch(address)).json()) as { keys: { kid: string }[] }
  const token = await server.token({ scope: 'system/*.rs' })
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  expect(keys.map(({ kid }) => kid)).toContain(header.kid)
})
