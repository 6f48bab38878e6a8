import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Call, callerOf } from '../test/access/caller.ts'
import { startTestServer, type TestServer } from '../test/support/server.ts'
import { anyCriterion, canBeMissing } from './claims/criteria.ts'
import { type Planted, plantEveryType } from './claims/plant.ts'

/** What /metadata claims, asked of the server that claims it. */
let server: TestServer
let call: Call
let resources: Map<string, Entry>
let planted: ReadonlyMap<string, readonly Planted[]>

interface Entry {
  type: string
  interaction: { code: string }[]
  searchParam: { name: string; type: string }[]
  searchInclude?: string[]
  searchRevInclude?: string[]
  operation?: { name: string }[]
}

interface Endpoint {
  tags: string[]
  requestBody?: { $ref: string }
}

beforeAll(async () => {
  // The planted resources refer to what is not there.
  server = await startTestServer({ checkReferences: false })
  call = await callerOf(server, { scope: 'system/*.cruds' })
  const { body } = await call('GET', '/metadata')
  resources = new Map(body.rest[0].resource.map((entry: Entry) => [entry.type, entry]))
  planted = await plantEveryType(server)
})
afterAll(() => server[Symbol.asyncDispose]())

/** The clinic's types, the log, and a few whose parameters are rare. */
const types = [
  ...['Appointment', 'AuditEvent', 'Encounter', 'HealthcareService', 'Location', 'Medication', 'Observation'],
  ...['Organization', 'Patient', 'Practitioner', 'PractitionerRole', 'Questionnaire', 'RiskAssessment'],
  ...['Schedule', 'Slot', 'Substance', 'ValueSet'],
]

/** With the least body that is one. */
async function ask(method: string, path: string, requestBody: Endpoint['requestBody']) {
  const kind = requestBody?.$ref.split('/').at(-1)
  if (kind === undefined) return call(method, path === '/' ? '' : path)
  if (kind === 'Patch') return call(method, path, [])
  if (kind === 'Search')
    return call(method, path, undefined, { 'content-type': 'application/x-www-form-urlencoded' })
  const resourceType = kind.replace('Optional', '')
  return call(method, path === '/' ? '' : path, {
    resourceType,
    ...(kind === 'Bundle' ? { type: 'batch' } : {}),
  })
}

const search = async (path: string) => {
  const { status, body } = await call('GET', path, undefined, { prefer: 'handling=strict' })
  return `${path} ${status} ${body.resourceType === 'Bundle' ? '' : JSON.stringify(body)}`
}
const count = async (path: string) => {
  const { status, body } = await call('GET', path, undefined, { prefer: 'handling=strict' })
  return status === 200 ? (body.entry ?? []).length : `${path} ${status} ${JSON.stringify(body)}`
}

test.each(types)(
  'every search parameter that %s claims finds who has such a value, also by a strict search, and knows who has none',
  async (type) => {
    const { searchParam } = resources.get(type) as Entry
    const ofType = planted.get(type) ?? []
    for (const { name } of searchParam) {
      const one = ofType.find(({ criteria }) => criteria.has(name))
      // A resource is not in a list, and nothing refers to it.
      if (one === undefined) expect(['_has', '_list']).toContain(name)
      else {
        const path = `/${type}?_count=1&_id=${one.id}&`
        expect(await count(`${path}${one.criteria.get(name)}`), one.criteria.get(name)).toBe(1)
        if (canBeMissing(name)) expect(await count(`${path}${name}:missing=true`), name).toBe(0)
      }
    }
  },
)

test('every type answers a strict search by all that it claims, and finds a resource by all that it has', async () => {
  for (const [type, { searchParam }] of resources) {
    const everything = `/${type}?_count=1&${searchParam.map(anyCriterion).join('&')}`
    expect(await count(everything), type).toBe(0)
    const [{ id, criteria } = { id: '', criteria: new Map<string, string>() }] = planted.get(type) ?? []
    expect(criteria.size, type).toBeGreaterThan(2)
    expect(await count(`/${type}?_count=1&_id=${id}&${[...criteria.values()].join('&')}`), type).toBe(1)
  }
})

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

test.each(['Patient', 'Slot', 'AuditEvent', 'ValueSet', 'System'])(
  'every endpoint of %s in /openapi.json is there',
  async (tag) => {
    const { paths } = (await call('GET', '/openapi.json')).body as {
      paths: Record<string, Record<string, Endpoint>>
    }
    const { id = '' } = planted.get(tag)?.[0] ?? {}
    let asked = 0
    for (const [template, item] of Object.entries(paths)) {
      for (const [method, { tags, requestBody }] of Object.entries(item)) {
        if (method === 'parameters' || !tags.includes(tag)) continue
        const path = template.replace('{id}', id).replace('{versionId}', '1')
        const { status, body } = await ask(method.toUpperCase(), path, requestBody)
        // A request that says nothing may be refused, but not as one that nobody knows.
        expect(status, `${method} ${path} ${JSON.stringify(body)}`).toBeOneOf([
          200, 201, 204, 400, 404, 410, 412, 422,
        ])
        const codes =
          body?.resourceType === 'OperationOutcome' ? body.issue.map((one: { code: string }) => one.code) : []
        expect(codes, `${method} ${path}`).not.toContain('not-supported')
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(5)
  },
)

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
    const path = `/?${types}${anyCriterion(parameter)}`
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
  const smart = (await response.json()) as Record<string, string> & { capabilities: string[] }
  expect(smart.capabilities).toContain('permission-v2')
  const keysAt = async (address: string) =>
    ((await (await fetch(address)).json()) as { keys: { kid: string; kty: string; d?: string }[] }).keys
  // Id tokens have theirs at the issuer, tokens of the token command at the server.
  const ofIdTokens = await keysAt(smart.jwks_uri ?? '')
  expect(ofIdTokens.map(({ kty, d }) => [kty, d])).toEqual([['RSA', undefined]])
  const token = await server.token({ scope: 'system/*.rs' })
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  const ofTokens = await keysAt(`${server.origin}/.well-known/jwks.json`)
  expect(ofTokens.map(({ kid }) => kid)).toContain(header.kid)
})

test('the statement tells SMART 1.0’s apps the addresses that discovery tells the others', async () => {
  const smart = (await call('GET', '/.well-known/smart-configuration')).body as Record<string, string>
  const [{ security }] = (await call('GET', '/metadata')).body.rest
  expect(security.service[0].coding[0].code).toBe('SMART-on-FHIR')
  const told = Object.fromEntries(
    security.extension[0].extension.map(({ url, valueUri }: { url: string; valueUri: string }) => [
      url,
      valueUri,
    ]),
  )
  expect(told).toEqual({
    authorize: smart.authorization_endpoint,
    token: smart.token_endpoint,
    introspect: smart.introspection_endpoint,
    manage: smart.management_endpoint,
    revoke: smart.revocation_endpoint,
  })
})
