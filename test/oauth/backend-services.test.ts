import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPublic } from '#oauth/server/private-addresses.ts'
import type { TestServer } from '../support/server.ts'
import { backendRequest, type ClientKey, makeClientKey, signAssertion } from './assertion.ts'
import { addPeople, exchange, read, startSmartServer } from './smart-server.ts'

let server: TestServer
let rsa: ClientKey
let curve: ClientKey
let endpoint: string
let fetched = 0
let keySetAccept: string | undefined
let keys: readonly object[] = []

/** Where an app publishes its keys. */
const keyServer = createServer((req, res) => {
  fetched++
  keySetAccept = req.headers.accept
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Cache-Control', req.url === '/kept' ? 'max-age=600' : 'no-store')
  res.end(JSON.stringify({ keys }))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve))
  const keyOrigin = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}`
  server = await startSmartServer({ trustedKeyOrigins: [keyOrigin] })
  endpoint = `${server.origin}/oauth/token`
  rsa = await makeClientKey('RS384')
  curve = await makeClientKey('ES384')
  keys = [rsa.publicJwk, curve.publicJwk]
  await addPeople(server)
  await register('inline', { jwks: { keys } })
  await register('by-url', { jwks_uri: `${keyOrigin}/fresh` })
  await register('by-kept-url', { jwks_uri: `${keyOrigin}/kept` })
  await register('inside', { jwks_uri: keyOrigin.replace('127.0.0.1', 'localhost') })
  await register('two-clinics', { jwks: { keys }, clinics: ['main', 'north'] })
})
afterAll(async () => {
  await server.close()
  keyServer.close()
})

function register(clientId: string, more: object): Promise<void> {
  return server.app.authorization.clients.save(clientId, {
    client_id: clientId,
    client_name: clientId,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: 'system/Patient.rs system/Observation.cruds',
    ...more,
  })
}

const ask = async (clientId: string, scope: string, key = rsa, more: Record<string, string> = {}) =>
  exchange(server, backendRequest(await signAssertion(key, clientId, endpoint), scope, more))

describe('a backend service', () => {
  test.each(['RS384', 'ES384'] as const)('gets a token with %s, and it works', async (algorithm) => {
    const response = await ask('inline', 'system/Patient.rs', algorithm === 'RS384' ? rsa : curve)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    const tokens = (await response.json()) as { access_token: string }
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'system/Patient.rs' })
    expect(tokens).not.toHaveProperty('refresh_token')
    expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(200)
    expect((await read(`${server.base}/Observation/heart-anna`, tokens.access_token)).status).toBe(403)
    expect((await read(`${server.baseOf('north')}/Patient`, tokens.access_token)).status).toBe(401)
  })

  test('may publish its keys at an address, which is asked for JSON', async () => {
    expect((await ask('by-url', 'system/Patient.rs')).status).toBe(200)
    expect(keySetAccept).toBe('application/json')
  })

  test('has its keys fetched again at once when they may not be kept, and not while they may', async () => {
    await ask('by-url', 'system/Patient.rs')
    await ask('by-kept-url', 'system/Patient.rs')
    const before = fetched
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await ask('by-url', 'system/Patient.rs')).status).toBe(200)
    expect(fetched).toBe(before + 1)
    expect((await ask('by-kept-url', 'system/Patient.rs')).status).toBe(200)
    expect(fetched).toBe(before + 1)
  })

  test('cannot make the server fetch from an address that its operator does not trust', async () => {
    const before = fetched
    const response = await ask('inside', 'system/Patient.rs')
    expect(fetched).toBe(before)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
  })

  test.each([
    'https://127.0.0.1:PORT/keys',
    'https://localhost:PORT/keys',
    'https://2130706433:PORT/keys',
    'https://[::1]:PORT/keys',
    'https://[::ffff:127.0.0.1]:PORT/keys',
    'http://127.0.0.1:PORT/keys',
  ])('has no keys at %s, and nobody is called there', async (address) => {
    let called = 0
    const neighbour = createTcpServer(() => called++)
    await new Promise<void>((resolve) => neighbour.listen(0, '::', resolve))
    const { port } = neighbour.address() as AddressInfo
    const clientId = `neighbour-${port}`
    await register(clientId, { jwks_uri: address.replace('PORT', String(port)) })
    const response = await ask(clientId, 'system/Patient.rs')
    expect([response.status, called]).toEqual([401, 0])
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    neighbour.close()
  })

  test.each([
    ['10.1.2.3', false],
    ['172.31.0.1', false],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['0.0.0.0', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['64:ff9b::a00:1', false],
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
  ])('whose name means %s: are its keys fetched? %s', async (address, fetchedThere) => {
    const names = async () => [{ address: '93.184.216.34' }, { address }]
    const outcome = checkPublic(new URL('https://keys.example/jwks'), names).then(
      () => true,
      () => false,
    )
    expect(await outcome).toBe(fetchedThere)
  })

  test('gets the part of what it asks for that it was registered for', async () => {
    const response = await ask('inline', 'system/*.rs system/Patient.cruds')
    const { scope } = (await response.json()) as { scope: string }
    expect(scope.split(' ').toSorted()).toEqual(['system/Observation.rs', 'system/Patient.rs'])
  })

  test.each(['system/Slot.rs', 'patient/*.rs', 'user/*.rs', 'openid', ''])(
    'gets nothing for the scope "%s"',
    async (scope) => {
      const response = await ask('inline', scope)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: 'invalid_scope',
        error_description: expect.any(String),
      })
    },
  )

  test('registered with two clinics names the one it means, and gets a token for that', async () => {
    expect((await ask('two-clinics', 'system/Patient.rs')).status).toBe(400)
    const response = await ask('two-clinics', 'system/Patient.rs', rsa, { resource: server.baseOf('north') })
    const { access_token: token } = (await response.json()) as { access_token: string }
    expect((await read(`${server.baseOf('north')}/Patient`, token)).status).toBe(200)
    expect((await read(`${server.base}/Patient`, token)).status).toBe(401)
  })
})
