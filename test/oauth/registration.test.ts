import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addRegistrationToken } from '#oauth/server/registration-token.ts'
import type { TestServer } from '../support/server.ts'
import { makeClientKey } from './assertion.ts'
import { addPeople, exchange, launch, patient, redirectUri, startSmartServer } from './smart-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startSmartServer({ registration: 'open' })
  await addPeople(server)
})
afterAll(() => server.close())

const register = (metadata: object, origin = server.origin) =>
  fetch(`${origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'App',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      ...metadata,
    }),
  })

describe('an app that registers itself', () => {
  test('is told its id once, by an answer that nobody keeps, and can be launched', async () => {
    const response = await register({
      token_endpoint_auth_method: 'none',
      scope: 'launch/patient patient/Patient.rs',
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const app = (await response.json()) as { client_id: string; scope: string }
    expect(app.scope).toBe('launch/patient patient/Patient.rs')
    const { code } = await launch(server, { clientId: app.client_id, scope: app.scope, account: patient.id })
    expect(code).not.toBe('')
  })

  test('gets a secret that stands in a header as it is, and is kept as its digest', async () => {
    const response = await register({ token_endpoint_auth_method: 'client_secret_basic' })
    const app = (await response.json()) as { client_id: string; client_secret: string }
    expect(app.client_secret).toMatch(/^[A-Za-z0-9._~-]{40,}$/)
    expect(app.client_id).toMatch(/^[A-Za-z0-9._~-]+$/)
    const kept = JSON.stringify(await server.app.authorization.clients.list())
    expect(kept.includes(app.client_secret)).toBe(false)
    const headers = { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` }
    const form = {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
      code_verifier: 'y'.repeat(43),
    }
    expect(await (await exchange(server, form, headers)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  test.each<[string, () => Promise<object> | object]>([
    ['system scopes', () => ({ scope: 'system/*.rs' })],
    ['the right to launch others', () => ({ scope: '__launch patient/*.rs' })],
    [
      'to be a backend service',
      async () => ({
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [(await makeClientKey('ES384')).publicJwk] },
      }),
    ],
    ['to ask about others’ tokens', () => ({ introspects: true })],
    [
      'a key without a name',
      async () => {
        const { kid, ...jwk } = (await makeClientKey('ES384')).publicJwk
        return { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }
      },
    ],
    [
      'a key that is no secret any more',
      () => ({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ kty: 'EC', crv: 'P-384', kid: 'k', x: 'x', y: 'y', d: 'd' }] },
      }),
    ],
    ['a scope of a type that there is not', () => ({ scope: 'launch/patient patient/Nope.rs' })],
    ['a scope of what is no resource', () => ({ scope: 'user/HumanName.rs' })],
    ['a scope that cannot be kept to', () => ({ scope: 'patient/Observation.rs?nope=1' })],
    [
      'keys from an address in the clear',
      () => ({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://127.0.0.1:9/jwks' }),
    ],
    ['to be launched by a script', () => ({ launch_uris: ['javascript:alert(1)'] })],
  ])('does not get %s', async (_, metadata) => {
    const response = await register(await metadata())
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' })
  })

  test.each([
    'not an address',
    'http://elsewhere.example/callback',
    'https://clinic.example@elsewhere.example/callback',
    'https://app.example/callback#part',
  ])('does not come back to %s', async (address) => {
    const response = await register({ redirect_uris: [address] })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_redirect_uri' })
  })
})

test.each(['token', 'open'] as const)(
  'where registration is %s, an initial access token registers one app, a backend service too',
  async (registration) => {
    await using guarded = await startSmartServer({ registration })
    const token = await addRegistrationToken((text, values) => guarded.app.database.global(text, values))
    const service = async () =>
      fetch(`${guarded.origin}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          redirect_uris: [],
          response_types: [],
          grant_types: ['client_credentials'],
          token_endpoint_auth_method: 'private_key_jwt',
          scope: 'system/*.rs',
          jwks: { keys: [(await makeClientKey('ES384')).publicJwk] },
        }),
      })
    expect((await service()).status).toBe(201)
    expect((await service()).status).toBe(401)
  },
)

test('where registration is closed there is no address for it, and with tokens it asks for one', async () => {
  await using closed = await startSmartServer({ registration: 'closed' })
  expect((await register({}, closed.origin)).status).toBe(404)
  const smart = (await (await fetch(`${closed.base}/.well-known/smart-configuration`)).json()) as object
  expect(smart).not.toHaveProperty('registration_endpoint')
  await using guarded = await startSmartServer({ registration: 'token' })
  expect((await register({}, guarded.origin)).status).toBe(401)
})
