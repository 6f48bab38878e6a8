import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { backendApp, backendRequest, type ClientKey, makeClientKey, signAssertion } from './assertion.ts'
import { Browser } from './browser.ts'
import {
  addPeople,
  exchange,
  launch,
  northern,
  patient,
  practitioner,
  publicApp,
  read,
  redeem,
  redirectUri,
  startSmartServer,
  type Tokens,
} from './smart-server.ts'

let server: TestServer
let key: ClientKey
let endpoint: string

beforeAll(async () => {
  server = await startSmartServer()
  endpoint = `${server.origin}/oauth/token`
  key = await makeClientKey('RS384')
  await addPeople(server)
  const { clients } = server.app.authorization
  await clients.save('public-app', publicApp)
  await clients.save('other-app', { ...publicApp, client_id: 'other-app' })
  await clients.save('narrow-app', {
    ...publicApp,
    client_id: 'narrow-app',
    scope: 'openid launch/patient patient/Patient.rs',
  })
  await clients.save('secret-app', {
    ...publicApp,
    client_id: 'secret-app',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'long-and-random-enough',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'system/*.rs patient/*.rs launch/patient',
  })
  await clients.save('backend', backendApp('backend', key, 'system/*.rs'))
})
afterAll(() => server.close())

const scope = 'launch/patient offline_access patient/*.rs'
const asAnna = { clientId: 'public-app', scope, account: patient.id }

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** An authorization request that is right but for what is changed; undefined leaves a parameter out. */
function authorize(changes: Record<string, string | undefined>, browser = new Browser()): Promise<Response> {
  const query: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: 'public-app',
    redirect_uri: redirectUri,
    scope,
    state: 'state-of-the-app',
    aud: server.base,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
  const kept = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return browser.get(`${server.origin}/oauth/authorize?${new URLSearchParams(kept)}`, { accept: 'text/html' })
}

describe('an authorization request', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ['without aud', { aud: undefined }, 'invalid_request'],
    ['for another server', { aud: 'https://elsewhere.example/fhir' }, 'invalid_target'],
    ['for a clinic that is not here', { aud: 'CLINIC/c/nowhere/fhir' }, 'invalid_target'],
    ['whose resource is another', { resource: 'CLINIC/c/north/fhir' }, 'invalid_target'],
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a challenge of no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['without state', { state: undefined }, 'invalid_request'],
    ['for a token in the address', { response_type: 'token' }, 'unsupported_response_type'],
    ['for nothing that can be granted', { scope: 'system/*.rs' }, 'invalid_scope'],
    [
      'for a scope narrowed by what cannot be kept to',
      { scope: 'patient/Observation.rs?code:text=x' },
      'invalid_scope',
    ],
    [
      'for more scopes than any app has',
      { scope: Array.from({ length: 501 }, (_, n) => `patient/*.rs?_id=${n}`).join(' ') },
      'invalid_scope',
    ],
  ])('%s gets no code, and the app is told why', async (_, changes, error) => {
    const own = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [name, value?.replace('CLINIC', server.origin)]),
    )
    const response = await authorize(own)
    expect(response.status).toBe(303)
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.href.startsWith(redirectUri)).toBe(true)
    const told = location.hash === '' ? location.searchParams : new URLSearchParams(location.hash.slice(1))
    expect(told.get('error')).toBe(error)
    expect(told.get('state')).toBe(own.state === undefined && 'state' in changes ? null : 'state-of-the-app')
    expect(told.has('code')).toBe(false)
  })

  test.each<[string, Record<string, string | undefined>]>([
    ['from an unknown app', { client_id: 'nobody' }],
    ['to nowhere', { redirect_uri: undefined }],
    ['to a stranger', { redirect_uri: 'https://evil.example/callback' }],
    ['to a longer path', { redirect_uri: `${redirectUri}/../other` }],
    ['to the same with a query', { redirect_uri: `${redirectUri}?x=1` }],
    ['in another response mode', { response_mode: 'form_post' }],
    ['to a script', { redirect_uri: 'javascript:alert(1)' }],
    [
      'with a fault as well',
      { redirect_uri: 'https://evil.example/callback', scope: 'nonsense', state: undefined },
    ],
  ])('%s is answered with a page and sent nowhere', async (_, changes) => {
    const response = await authorize(changes)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await response.text()).not.toContain('evil.example/callback"')
  })

  test('with a parameter twice is refused, with an unknown one it is not', async () => {
    const twice = await new Browser().get(
      `${server.origin}/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'public-app', redirect_uri: redirectUri, state: 's', aud: server.base, code_challenge: challenge, code_challenge_method: 'S256' })}&scope=openid&scope=launch`,
    )
    expect(new URL(twice.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
    const more = await authorize({ colour: 'green' })
    expect(more.headers.get('location')).toContain('/oauth/interaction/')
  })

  test('may come by POST, however long its list of scopes', async () => {
    const types = ['Patient', 'Observation', 'Condition', 'Encounter']
    const long = Array.from(
      { length: 400 },
      (_, n) => `patient/${types[n % 4]}.rs?_tag=http://tags.clinic.example/system-${n}|tag-${n}`,
    ).join(' ')
    expect(long.length).toBeGreaterThan(32_000 / 2)
    const launched = await launch(server, {
      ...asAnna,
      scope: `${scope} ${long}`,
      method: 'POST',
      agree: scope,
    })
    expect(launched.code).not.toBe('')
  })

  test('is refused with access_denied when its user says no', async () => {
    const browser = new Browser()
    const asked = await authorize({}, browser)
    const next = await browser.post(new URL(asked.headers.get('location') ?? '', server.origin).href, {
      deny: 'yes',
    })
    const end = new URL((await browser.get(next.headers.get('location') ?? '')).headers.get('location') ?? '')
    expect(end.searchParams.get('error')).toBe('access_denied')
    expect(end.searchParams.get('state')).toBe('state-of-the-app')
  })

  test('cannot be taken over by another browser', async () => {
    const asked = await authorize({})
    const url = new URL(asked.headers.get('location') ?? '', server.origin).href
    expect((await new Browser().get(url)).status).toBe(404)
    expect((await new Browser().post(url, { account: patient.id })).status).toBe(404)
  })

  test('of an app that is registered for less asks for no more than that', async () => {
    const tokens = await redeem(
      server,
      'narrow-app',
      await launch(server, {
        ...asAnna,
        clientId: 'narrow-app',
        scope: 'launch/patient patient/*.cruds openid',
      }),
    )
    expect(tokens.scope.split(' ').toSorted()).toEqual(['launch/patient', 'openid', 'patient/Patient.rs'])
  })

  test('is not for people of another clinic', async () => {
    const { redirect } = await launch(server, { ...asAnna, account: northern.id, patient: 'anna' })
    expect(redirect.searchParams.get('error')).toBe('access_denied')
  })
})

describe('consent', () => {
  test('may leave types out, and narrow one to a category: the token has that and no more', async () => {
    const agree = 'launch/patient patient/Patient.r patient/Observation.rs?category=vital-signs'
    const tokens = await redeem(
      server,
      'public-app',
      await launch(server, { ...asAnna, scope: 'launch/patient patient/*.rs', agree }),
    )
    expect(tokens.scope).toBe(agree)
    expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(200)
    expect((await read(`${server.base}/Observation/heart-anna`, tokens.access_token)).status).toBe(200)
    expect((await read(`${server.base}/Condition`, tokens.access_token)).status).toBe(403)
  })

  test('never gives more than was asked for', async () => {
    await expect(launch(server, { ...asAnna, agree: 'patient/*.cruds' })).rejects.toThrow('400')
  })

  test('for a patient’s data names the patient', async () => {
    await expect(launch(server, { ...asAnna, account: practitioner.id })).rejects.toThrow('400')
  })

  test('in SMART 1.0’s spelling is answered in it', async () => {
    const old = 'launch/patient patient/Patient.read patient/Observation.*'
    const tokens = await redeem(server, 'public-app', await launch(server, { ...asAnna, scope: old }))
    expect(tokens.scope.split(' ').toSorted()).toEqual(old.split(' ').toSorted())
    expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(200)
  })
})

describe('a code', () => {
  const form = (code: string, changes: Record<string, string> = {}) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: 'public-app',
    ...changes,
  })

  test.each<[string, (right: string) => Record<string, string>]>([
    ['no verifier', () => ({})],
    ['an empty verifier', () => ({ code_verifier: '' })],
    ['a wrong verifier', () => ({ code_verifier: randomBytes(32).toString('base64url') })],
    [
      'the challenge as its verifier',
      (right) => ({ code_verifier: createHash('sha256').update(right).digest('base64url') }),
    ],
    [
      'another redirect_uri',
      (right) => ({ code_verifier: right, redirect_uri: 'http://127.0.0.1:9999/other' }),
    ],
    ['another app', (right) => ({ code_verifier: right, client_id: 'other-app' })],
  ])('with %s is refused', async (_, changes) => {
    const launched = await launch(server, asAnna)
    const response = await exchange(server, form(launched.code, changes(launched.verifier)))
    expect(response.status).toBe(400)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('that nobody was given is refused', async () => {
    expect((await exchange(server, form('made-up', { code_verifier: verifier }))).status).toBe(400)
  })

  test('that comes again ends what it gave the first time', async () => {
    const launched = await launch(server, asAnna)
    const tokens = await redeem(server, 'public-app', launched)
    expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(200)
    expect((await exchange(server, form(launched.code, { code_verifier: launched.verifier }))).status).toBe(
      400,
    )
    expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(401)
  })
})

describe('an app', () => {
  test('with a secret shows it as it was registered to', async () => {
    const launched = await launch(server, {
      ...asAnna,
      clientId: 'secret-app',
      scope: 'launch/patient patient/*.rs',
    })
    const form = {
      grant_type: 'authorization_code',
      code: launched.code,
      redirect_uri: redirectUri,
      code_verifier: launched.verifier,
    }
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`secret-app:${secret}`)}` })
    expect((await exchange(server, { ...form, client_id: 'secret-app' })).status).toBe(401)
    expect((await exchange(server, form, basic('guessed'))).status).toBe(401)
    expect(
      (await exchange(server, { ...form, client_id: 'secret-app', client_secret: 'long-and-random-enough' }))
        .status,
    ).toBe(401)
    expect((await exchange(server, form, basic('long-and-random-enough'))).status).toBe(200)
  })

  test('without keys gets no token of its own', async () => {
    const response = await exchange(
      server,
      { grant_type: 'client_credentials', scope: 'system/*.rs' },
      { authorization: `Basic ${btoa('secret-app:long-and-random-enough')}` },
    )
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unauthorized_client' })
  })

  test('asks in a way that there is', async () => {
    const assertion = await signAssertion(key, 'backend', endpoint)
    const response = await exchange(server, {
      ...backendRequest(assertion, 'system/*.rs'),
      grant_type: 'password',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' })
  })
})

describe('an assertion', () => {
  const ask = async (assertion: string, more: Record<string, string> = {}) => {
    const response = await exchange(server, backendRequest(assertion, 'system/Patient.rs', more))
    return { status: response.status, body: (await response.json()) as { error?: string } }
  }
  const claims = () => {
    const now = Math.floor(Date.now() / 1_000)
    return { iss: 'backend', sub: 'backend', aud: endpoint, jti: randomUUID(), exp: now + 240 }
  }

  test('is good once, even when it comes twice at the same time', async () => {
    const assertion = await signAssertion(key, 'backend', endpoint)
    const both = await Promise.all([ask(assertion), ask(assertion)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
    expect((await ask(assertion)).body.error).toBe('invalid_client')
  })

  test.each<[string, () => Promise<string> | string]>([
    ['that lives longer than five minutes', () => signAssertion(key, 'backend', endpoint, { seconds: 600 })],
    ['that has expired', () => signAssertion(key, 'backend', endpoint, { seconds: -60 })],
    ['for another server', () => signAssertion(key, 'backend', 'https://elsewhere.example/token')],
    [
      'for this server and another',
      () =>
        signAssertion(key, 'backend', endpoint, {
          claims: { aud: ['https://elsewhere.example/token', endpoint] },
        }),
    ],
    [
      'of the day after tomorrow',
      () =>
        signAssertion(key, 'backend', endpoint, {
          claims: { iat: Math.floor(Date.now() / 1_000) + 172_800 },
        }),
    ],
    ['of another subject', () => signAssertion(key, 'backend', endpoint, { claims: { sub: 'somebody' } })],
    ['without jti', () => signAssertion(key, 'backend', endpoint, { claims: { jti: undefined } })],
    ['without exp', () => signAssertion(key, 'backend', endpoint, { claims: { exp: undefined } })],
    ['without kid', () => signAssertion(key, 'backend', endpoint, { header: { kid: undefined } })],
    ['of an unknown kid', () => signAssertion(key, 'backend', endpoint, { header: { kid: 'another' } })],
    [
      'that brings its own key set',
      () => signAssertion(key, 'backend', endpoint, { header: { jku: 'https://evil.example/jwks' } }),
    ],
    ['of another type', () => signAssertion(key, 'backend', endpoint, { header: { typ: 'at+jwt' } })],
    ['that is not signed', () => new UnsecuredJWT(claims()).encode()],
    [
      'signed with the public key as a secret',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: String(key.publicJwk.kid), typ: 'JWT' })
          .sign(new TextEncoder().encode(JSON.stringify(key.publicJwk))),
    ],
    [
      'signed by somebody else',
      async () => signAssertion(await makeClientKey('RS384', String(key.publicJwk.kid)), 'backend', endpoint),
    ],
    ['that is none', () => 'a.b.c'],
  ])('%s is refused', async (_, make) => {
    const { status, body } = await ask(await make())
    expect([400, 401]).toContain(status)
    expect(['invalid_client', 'invalid_request']).toContain(body.error)
  })

  test('under another name of its kind is refused', async () => {
    const assertion = await signAssertion(key, 'backend', endpoint)
    const { status } = await ask(assertion, { client_assertion_type: 'not_an_assertion_type' })
    expect([400, 401]).toContain(status)
    expect(
      (await ask(await signAssertion(key, 'backend', endpoint), { client_id: 'public-app' })).status,
    ).toBe(400)
  })
})

describe('a token', () => {
  const anna = () => `${server.base}/Patient/anna`

  test('of one clinic opens no other', async () => {
    const tokens = await redeem(server, 'public-app', await launch(server, asAnna))
    expect((await read(`${server.baseOf('north')}/Patient`, tokens.access_token)).status).toBe(401)
  })

  test('is taken out of the header alone', async () => {
    const tokens = await redeem(server, 'public-app', await launch(server, asAnna))
    expect((await fetch(`${anna()}?access_token=${tokens.access_token}`)).status).toBe(401)
  })

  test('that ends is refused with where to get another', async () => {
    const response = await read(anna(), randomBytes(32).toString('base64url'))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('of the past is refused, though nobody has swept it away', async () => {
    const tokens: Tokens = await redeem(server, 'public-app', await launch(server, asAnna))
    await server.app.database.global(
      `update oauth_entry set expires = now() - interval '1 second' where model = 'AccessToken'`,
    )
    expect((await read(anna(), tokens.access_token)).status).toBe(401)
    await server.app.database.global(
      `update oauth_entry set expires = now() - interval '2 days' where model = 'AccessToken'`,
    )
    await server.app.authorization.sweep()
    expect(await server.app.database.global(`select 1 from oauth_entry where model = 'AccessToken'`)).toEqual(
      [],
    )
  })

  test('and whatever else opens a door is not to be found in the tables', async () => {
    const launched = await launch(server, asAnna)
    const tokens = await redeem(server, 'public-app', launched)
    const rows = JSON.stringify(await server.app.database.global('select * from oauth_entry, oauth_client'))
    for (const secret of [
      tokens.access_token,
      tokens.refresh_token ?? '',
      launched.code,
      'long-and-random-enough',
    ]) {
      expect(rows.includes(secret)).toBe(false)
    }
  })
})
