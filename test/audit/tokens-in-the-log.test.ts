import { afterAll, beforeAll, expect, test } from 'vitest'
import { listShippedPolicies } from '#access/policy/shipped-policies.ts'
import type { Resource } from '#fhir/resource.ts'
import { callerOf } from '../access/caller.ts'
import {
  addPeople,
  exchange,
  launch,
  patient,
  publicApp,
  redeem,
  startSmartServer,
  type Tokens,
} from '../oauth/smart-server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer
let trusting: TestServer

beforeAll(async () => {
  server = await startSmartServer({ registration: 'open' })
  trusting = await startSmartServer({ trustProxy: 'loopback' })
  await addPeople(server)
  const { clients } = server.app.authorization
  await clients.save('public-app', publicApp)
  await clients.save('warden', {
    client_id: 'warden',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'warden-secret',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    introspects: true,
  })
})
afterAll(async () => {
  await server.close()
  await trusting.close()
})

async function eventsOf(query: string, where = server): Promise<readonly Resource[]> {
  const auditor = await callerOf(where, { scope: 'system/AuditEvent.rs' })
  const { body } = await auditor('GET', `/AuditEvent?${query}&_count=200`)
  return ((body.entry ?? []) as { resource: Resource }[]).map(({ resource }) => resource)
}

const anna = {
  clientId: 'public-app',
  account: patient.id,
  scope: 'openid fhirUser launch/patient offline_access patient/*.rs',
}
const start = async (): Promise<Tokens> => redeem(server, 'public-app', await launch(server, anna))
const of = (events: readonly Resource[], who: string) =>
  events.filter(({ agent }) => JSON.stringify(agent).includes(`"${who}"`)).map(({ outcome }) => outcome)

test('a token is in the log by its request without secrets, and by the id that all it is used for has', async () => {
  const { access_token: token } = await start()
  await fetch(`${server.base}/Patient/anna`, { headers: { authorization: `Bearer ${token}` } })
  const [read] = await eventsOf('subtype=read&agent=Patient/anna&_sort=-date')
  const agents = (read?.agent ?? []) as { policy?: string[] }[]
  const policy = agents.flatMap(({ policy: named }) => named ?? [])
  const [issued] = await eventsOf(`subtype=ITI-71&policy=${policy[0]}`)
  const entities = issued?.entity as { role?: { code: string }; query?: string }[]
  const query = entities.find(({ role }) => role?.code === '24')?.query ?? ''
  expect(Buffer.from(query, 'base64').toString()).toMatch(
    /^POST \/oauth\/token\?grant_type=authorization_code&client_id=public-app&redirect_uri=[^&]+$/,
  )
})

test('a refreshed token is in the log, and a refused refresh', async () => {
  const { refresh_token: token = '' } = await start()
  const form = { grant_type: 'refresh_token', client_id: 'public-app' }
  await exchange(server, { ...form, refresh_token: token })
  await exchange(server, { ...form, refresh_token: 'never-given-out' })
  const events = await eventsOf('subtype=token-refreshed')
  expect(of(events, 'public-app').toSorted()).toEqual(['0', '4'])
  expect(JSON.stringify(events)).not.toContain(token)
})

test('a revoked token is in the log', async () => {
  const { access_token: token } = await start()
  const body = new URLSearchParams({ token, client_id: 'public-app' })
  expect((await fetch(`${server.origin}/oauth/revoke`, { method: 'POST', body })).status).toBe(200)
  expect(of(await eventsOf('subtype=token-revoked'), 'public-app')).toEqual(['0'])
})

test.each([
  ['a client', 'warden', (_: Tokens) => `Basic ${btoa('warden:warden-secret')}`],
  ['the bearer of a token', 'public-app', (tokens: Tokens) => `Bearer ${tokens.access_token}`],
])('that %s has asked about a token is in the log, the token is not', async (_, who, authorize) => {
  const tokens = await start()
  const headers = { authorization: authorize(tokens) }
  const body = new URLSearchParams({ token: tokens.access_token })
  await fetch(`${server.origin}/oauth/introspect`, { method: 'POST', headers, body })
  const events = await eventsOf('subtype=ITI-102')
  expect(of(events, who)).toEqual(['0'])
  expect(JSON.stringify(events)).not.toContain(tokens.access_token)
})

test('an app that registers itself is in the log, and one that is refused', async () => {
  const register = (metadata: object) =>
    fetch(`${server.origin}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'App', redirect_uris: ['https://app.example/back'], ...metadata }),
    })
  const made = await register({
    token_endpoint_auth_method: 'none',
    scope: 'launch/patient patient/Patient.rs',
  })
  const { client_id: id } = (await made.json()) as { client_id: string }
  await register({ token_endpoint_auth_method: 'none', scope: 'system/*.rs' })
  const events = await eventsOf('subtype=client-registered')
  expect(events.map(({ outcome }) => outcome).toSorted()).toEqual(['0', '4'])
  expect(JSON.stringify(events)).toContain(id)
})

const forwarded = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' }

test.each([
  ['nobody', () => server, '127.0.0.1'],
  ['a proxy that is trusted', () => trusting, '198.51.100.9'],
])('the address in the log is that of the caller, as told by %s', async (_, where, address) => {
  const caller = await callerOf(where(), { scope: 'system/*.cruds' })
  const headers = { ...forwarded, 'x-request-id': 'forwarded-1' }
  await caller('GET', '/Patient?_id=somebody', undefined, headers)
  const anonymous = await callerOf(where(), '')
  await anonymous('GET', '/Patient?_id=somebody', undefined, { ...headers, 'x-request-id': 'forwarded-2' })
  for (const id of ['forwarded-1', 'forwarded-2']) {
    const [event] = await eventsOf(`entity:identifier=${id}`, where())
    const agents = (event?.agent ?? []) as { network?: { address: string; type: string } }[]
    const networks = agents.map(({ network }) => network)
    expect(networks).toContainEqual({ address, type: '2' })
    expect(JSON.stringify(event)).not.toContain('203.0.113.7')
  }
})

test.each(listShippedPolicies().map(({ role }) => role))('no %s acts without the log', async (role) => {
  const fhirUser = role === 'patient' ? 'Patient/anna' : 'Practitioner/pepper'
  const caller = await callerOf(server, { scope: 'user/*.cruds', fhirUser, roles: [role], patient: 'anna' })
  const requestId = `as-${role}`
  for (const [method, path] of [
    ['GET', '/Patient/anna'],
    ['GET', '/AuditEvent?_count=1'],
    ['DELETE', '/AuditEvent/1'],
  ] as const)
    await caller(method, path, undefined, { 'x-request-id': requestId })
  expect(await eventsOf(`entity:identifier=${requestId}`)).toHaveLength(3)
})
