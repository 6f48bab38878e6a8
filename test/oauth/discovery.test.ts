import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SmartConfiguration } from '../../src/oauth/smart-configuration.ts'
import type { TestServer } from '../support/server.ts'
import { backendApp, backendRequest, makeClientKey, signAssertion } from './assertion.ts'
import { addPeople, exchange, launch, patient, publicApp, redeem, startSmartServer } from './smart-server.ts'

let server: TestServer
let told: SmartConfiguration

beforeAll(async () => {
  server = await startSmartServer({ registration: 'open' })
  await addPeople(server)
  await server.app.authorization.clients.save('public-app', publicApp)
  told = (await (await fetch(`${server.base}/.well-known/smart-configuration`)).json()) as SmartConfiguration
})
afterAll(() => server.close())

describe('discovery', () => {
  test('names capabilities of SMART, and adds none of its own without a full address', () => {
    expect(new Set(told.capabilities).size).toBe(told.capabilities.length)
    for (const name of told.capabilities) {
      expect(name).toMatch(
        /^(?:(?:launch|client|context|permission|authorize)-[a-z0-9-]+|sso-openid-connect|https?:\/\/\S+)$/,
      )
    }
  })

  test('holds all that each of SMART’s four sets of capabilities is made of', () => {
    const sets = {
      'patient, standalone': ['launch-standalone', 'client-public', 'context-standalone-patient'],
      'patient, out of an EHR': ['launch-ehr', 'client-public', 'context-ehr-patient'],
      'clinician, standalone': ['launch-standalone', 'client-public', 'permission-user'],
      'clinician, out of an EHR': [
        'launch-ehr',
        'context-ehr-patient',
        'context-ehr-encounter',
        'permission-user',
      ],
    }
    for (const [name, needed] of Object.entries(sets)) {
      const missing = [...needed, 'client-confidential-symmetric', 'permission-patient'].filter(
        (one) => !told.capabilities.includes(one),
      )
      expect([name, missing]).toEqual([name, []])
    }
  })

  test('says the same as OpenID Connect’s, which promises nothing that is not there', async () => {
    const other = (await (await fetch(`${told.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >
    const { management_endpoint: _, capabilities: __, scopes_supported: ___, ...both } = told
    const { token_endpoint_auth_methods_supported: ____, ...shared } = both
    expect(other).toMatchObject(shared)
    expect(other.response_modes_supported).toEqual(['query'])
    expect(other).not.toHaveProperty('pushed_authorization_request_endpoint')
    expect(other).not.toHaveProperty('dpop_signing_alg_values_supported')
  })

  test('names addresses that answer', async () => {
    const { introspection_endpoint, revocation_endpoint, registration_endpoint = '' } = told
    expect(told.response_types_supported).toEqual(['code'])
    for (const address of [introspection_endpoint, revocation_endpoint, registration_endpoint]) {
      const answer = await fetch(address, { method: 'POST', body: new URLSearchParams() })
      expect([address, [400, 401].includes(answer.status)]).toEqual([address, true])
    }
    expect(told.management_endpoint).toBe(`${server.origin}/oauth/account`)
    expect(told.token_endpoint_auth_methods_supported).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ])
  })

  test('says nothing of brands and app state, which are not there', () => {
    for (const name of ['user_access_brand_bundle', 'smart_app_state_endpoint', 'associated_endpoints'])
      expect(told).not.toHaveProperty(name)
  })

  test('lists no scope that is not granted', async () => {
    const key = await makeClientKey('ES384')
    await server.app.authorization.clients.save('service', backendApp('service', key, 'system/*.cruds'))
    const ofService = told.scopes_supported.filter((scope) => scope.startsWith('system/'))
    const ofPeople = told.scopes_supported.filter((scope) => !scope.startsWith('system/'))
    const assertion = await signAssertion(key, 'service', told.token_endpoint)
    const service = await exchange(server, backendRequest(assertion, ofService.join(' ')))
    expect(await service.json()).toMatchObject({ scope: ofService.join(' ') })

    const opened = await server.app.authorization.launches.add({
      clinic: 'main',
      clientId: 'public-app',
      context: { patient: 'anna', encounter: 'first', need_patient_banner: false },
    })
    const wish = { clientId: 'public-app', account: patient.id, scope: ofPeople.join(' '), launch: opened }
    const tokens = await redeem(server, 'public-app', await launch(server, wish))
    expect(tokens.scope.split(' ').toSorted()).toEqual(ofPeople.toSorted())
    expect(tokens).toMatchObject({
      patient: 'anna',
      id_token: expect.any(String),
      refresh_token: expect.any(String),
    })
  })
})

describe('web pages of other origins', () => {
  const origin = 'https://app.example'

  test('may send what FHIR needs, and read what it answers with, without cookies', async () => {
    const headers = ['authorization', 'content-type', 'if-match', 'if-none-exist', 'if-none-match', 'prefer']
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const preflight = await fetch(`${server.base}/Patient/anna`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': headers.join(','),
        },
      })
      expect(preflight.headers.get('access-control-allow-methods')).toContain(method)
      expect(
        preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/, ?/).toSorted(),
      ).toEqual(headers)
    }
    const token = await server.token({ scope: 'system/*.rs' })
    const answer = await fetch(`${server.base}/Patient/anna`, {
      headers: { origin, authorization: `Bearer ${token}` },
    })
    const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/)
    for (const name of ['etag', 'location', 'content-location', 'last-modified', 'retry-after', 'x-progress'])
      expect(exposed).toContain(name)
  })

  test('are never let in with cookies', async () => {
    for (const address of [
      `${server.base}/metadata`,
      `${server.base}/.well-known/smart-configuration`,
      `${server.base}/Patient/anna`,
      told.token_endpoint,
      told.jwks_uri,
      told.management_endpoint,
      `${server.origin}/oauth/sign-in`,
    ]) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await fetch(address, {
          method,
          redirect: 'manual',
          headers: { origin, 'access-control-request-method': 'POST' },
        })
        expect([address, answer.headers.get('access-control-allow-credentials')]).toEqual([address, null])
      }
    }
  })
})
