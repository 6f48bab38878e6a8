import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { Browser } from './browser.ts'
import {
  addPeople,
  exchange,
  type Launching,
  launch,
  patient,
  practitioner,
  publicApp,
  read,
  redeem,
  startSmartServer,
  type Tokens,
} from './smart-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startSmartServer()
  await addPeople(server)
  const { clients } = server.app.authorization
  await clients.save('public-app', publicApp)
  await clients.save('other-app', { ...publicApp, client_id: 'other-app' })
  await clients.save('secret-app', {
    ...publicApp,
    client_id: 'secret-app',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'long-and-random-enough',
  })
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
afterAll(() => server.close())

const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })

async function start(more: Partial<Launching> = {}, browser = new Browser()): Promise<Tokens> {
  const wish = {
    clientId: 'public-app',
    account: patient.id,
    scope: 'openid fhirUser launch/patient offline_access patient/*.rs',
    ...more,
  }
  return redeem(server, wish.clientId, await launch(server, wish, browser))
}

const refresh = (token: string, more: Record<string, string> = {}) =>
  exchange(server, { grant_type: 'refresh_token', refresh_token: token, client_id: 'public-app', ...more })

const statusOf = async (token: string) => (await read(`${server.base}/Patient/anna`, token)).status

describe('a refresh', () => {
  test('gives a new access token with the scopes and the patient of the old', async () => {
    const tokens = await start()
    const response = await refresh(tokens.refresh_token ?? '')
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    const renewed = (await response.json()) as Tokens
    expect(renewed).toMatchObject({
      scope: tokens.scope,
      patient: 'anna',
      expires_in: 900,
      token_type: 'Bearer',
    })
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    expect(await statusOf(renewed.access_token)).toBe(200)
  })

  test('may ask for less and never for more', async () => {
    const tokens = await start({
      scope: 'launch/patient offline_access patient/Patient.rs patient/Observation.rs',
    })
    const less = (await (
      await refresh(tokens.refresh_token ?? '', { scope: 'patient/Patient.rs' })
    ).json()) as Tokens
    expect(less.scope).toBe('patient/Patient.rs')
    expect((await read(`${server.base}/Observation/heart-anna`, less.access_token)).status).toBe(403)
    const more = await refresh(less.refresh_token ?? '', { scope: 'patient/*.cruds' })
    expect(more.status).toBe(400)
    expect(await more.json()).toMatchObject({ error: 'invalid_scope' })
  })

  test('may ask for a part of what was granted, by its meaning and not by its letters', async () => {
    const tokens = await start({ scope: 'launch/patient offline_access patient/*.rs' })
    let token = tokens.refresh_token ?? ''
    for (const less of [
      'patient/Patient.r',
      'patient/Observation.rs?category=vital-signs patient/Patient.s',
      'patient/*.rs',
    ]) {
      const answer = await refresh(token, { scope: less })
      expect([less, answer.status]).toEqual([less, 200])
      const renewed = (await answer.json()) as Tokens
      expect(renewed.scope).toBe(less)
      const statuses = await Promise.all(
        ['Patient/anna', 'Observation/heart-anna'].map(
          async (one) => (await read(`${server.base}/${one}`, renewed.access_token)).status,
        ),
      )
      expect(statuses).toEqual([
        less === 'patient/*.rs' || less === 'patient/Patient.r' ? 200 : 403,
        less === 'patient/Patient.r' ? 403 : 200,
      ])
      token = renewed.refresh_token ?? ''
    }
  })

  test.each([
    'patient/*.cruds',
    'patient/Patient.cr',
    'user/Patient.r',
    'system/Patient.rs',
    'patient/Patient.rs patient/Observation.u',
    'patient/Observation.rs',
    'patient/*.r?_tag=a|b',
    'patient/Patient.sr',
    'patient/Patient.r launch/encounter',
  ])('cannot turn into %s', async (more) => {
    const tokens = await start({
      scope: 'launch/patient offline_access patient/Patient.rs patient/Observation.rs?category=laboratory',
    })
    const answer = await refresh(tokens.refresh_token ?? '', { scope: more })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_scope' })
    expect((await refresh(tokens.refresh_token ?? '')).status).toBe(200)
  })

  test('with a used refresh token ends the whole family at once', async () => {
    const tokens = await start()
    const renewed = (await (await refresh(tokens.refresh_token ?? '')).json()) as Tokens
    expect(await statusOf(renewed.access_token)).toBe(200)
    expect((await refresh(tokens.refresh_token ?? '')).status).toBe(400)
    expect(await statusOf(renewed.access_token)).toBe(401)
    expect((await refresh(renewed.refresh_token ?? '')).status).toBe(400)
  })

  test('sent twice at once is good for one at most, and then for none', async () => {
    const tokens = await start()
    const both = await Promise.all([refresh(tokens.refresh_token ?? ''), refresh(tokens.refresh_token ?? '')])
    const good = both.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThanOrEqual(1)
    for (const response of good) {
      expect(await statusOf(((await response.json()) as Tokens).access_token)).toBe(401)
    }
  })

  test('is for the app that got the token', async () => {
    const tokens = await start()
    expect((await refresh(tokens.refresh_token ?? '', { client_id: 'other-app' })).status).toBe(400)
    expect((await refresh('never-given-out')).status).toBe(400)
  })

  test('for online access ends when its user signs out, and offline access goes on', async () => {
    const browser = new Browser()
    const scope = 'launch/patient patient/*.rs'
    const online = await start({ scope: `${scope} online_access` }, browser)
    const offline = await start({ scope: `${scope} offline_access` }, browser)
    const [session] = await server.app.authorization.grants.sessionsOf(patient.id)
    const sessions = await server.app.authorization.grants.sessionsOf(patient.id)
    expect(session).toBeDefined()
    for (const { uid } of sessions) await server.app.authorization.grants.endSession(patient.id, uid)
    expect((await refresh(online.refresh_token ?? '')).status).toBe(400)
    expect(await statusOf(online.access_token)).toBe(401)
    expect(await statusOf(offline.access_token)).toBe(200)
    expect((await refresh(offline.refresh_token ?? '')).status).toBe(200)
  })

  test('is not given to who did not ask to stay', async () => {
    expect(await start({ scope: 'launch/patient patient/*.rs' })).not.toHaveProperty('refresh_token')
  })
})

describe('what was agreed to', () => {
  test('is listed for its owner, and ends at once when they say so', async () => {
    const tokens = await start()
    expect(await statusOf(tokens.access_token)).toBe(200)
    const { grants } = server.app.authorization
    const [granted] = await grants.ofAccount(patient.id)
    expect(granted).toMatchObject({ clientId: 'public-app', tenant: 'main', patient: 'anna', offline: true })
    expect(await grants.revoke(practitioner.id, granted?.grantId ?? '')).toBe(false)
    expect(await grants.revoke(patient.id, granted?.grantId ?? '')).toBe(true)
    expect(await statusOf(tokens.access_token)).toBe(401)
    expect((await refresh(tokens.refresh_token ?? '')).status).toBe(400)
  })

  test('ends for an app that the clinic stops or removes', async () => {
    const { clients } = server.app.authorization
    await clients.save('short-lived', { ...publicApp, client_id: 'short-lived' })
    const stopped = await start({ clientId: 'short-lived' })
    await clients.setDisabled('short-lived', true)
    expect(await statusOf(stopped.access_token)).toBe(401)
    await clients.setDisabled('short-lived', false)
    const removed = await start({ clientId: 'short-lived' })
    expect(await statusOf(removed.access_token)).toBe(200)
    await clients.remove('short-lived')
    expect(await statusOf(removed.access_token)).toBe(401)
  })
})

describe('revocation', () => {
  const revoke = (token: string, headers = {}, clientId = 'public-app') =>
    fetch(`${server.origin}/oauth/revoke`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ token, client_id: clientId }),
    })

  test('of a refresh token ends all that came of it', async () => {
    const tokens = await start()
    expect((await revoke(tokens.refresh_token ?? '')).status).toBe(200)
    expect(await statusOf(tokens.access_token)).toBe(401)
    expect((await refresh(tokens.refresh_token ?? '')).status).toBe(400)
  })

  test('of an access token ends it at once', async () => {
    const tokens = await start()
    expect(await statusOf(tokens.access_token)).toBe(200)
    expect((await revoke(tokens.access_token)).status).toBe(200)
    expect(await statusOf(tokens.access_token)).toBe(401)
  })

  test('of what nobody knows is answered alike, and another app’s token stays', async () => {
    expect((await revoke('never-given-out')).status).toBe(200)
    const tokens = await start()
    await revoke(tokens.access_token, {}, 'other-app')
    expect(await statusOf(tokens.access_token)).toBe(200)
  })
})

describe('introspection', () => {
  const ask = (token: string, headers: Record<string, string>, form = {}) =>
    fetch(`${server.origin}/oauth/introspect`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ token, ...form }),
    })

  test('tells what the token was given with, to who may ask', async () => {
    const tokens = await start()
    const claims = decodeJwt(tokens.id_token ?? '')
    const expected = {
      active: true,
      scope: tokens.scope,
      client_id: 'public-app',
      patient: 'anna',
      sub: claims.sub,
      iss: claims.iss,
      fhirUser: claims.fhirUser,
      exp: expect.any(Number),
    }
    const byClient = await ask(tokens.access_token, basic('warden', 'warden-secret'))
    expect(await byClient.json()).toMatchObject(expected)
    const byToken = await ask(tokens.access_token, { authorization: `Bearer ${tokens.access_token}` })
    expect(await byToken.json()).toMatchObject(expected)
  })

  test('says nothing of unknown and revoked tokens, and nothing to other apps', async () => {
    const tokens = await start()
    const other = basic('secret-app', 'long-and-random-enough')
    expect(await (await ask(tokens.access_token, other)).json()).toEqual({ active: false })
    expect(await (await ask('never-given-out', other)).json()).toEqual({ active: false })
    await server.app.authorization.grants.revokeAll(patient.id)
    const warden = basic('warden', 'warden-secret')
    expect(await (await ask(tokens.access_token, warden)).json()).toEqual({ active: false })
    expect((await ask(tokens.access_token, { authorization: `Bearer ${tokens.access_token}` })).status).toBe(
      401,
    )
    expect((await ask(tokens.access_token, basic('warden', 'guessed'))).status).toBe(401)
  })
})

describe('an id token', () => {
  test('is signed with a key of the published set, and says who signed in, where their record is', async () => {
    const tokens = await start({ nonce: 'n-0S6_WzA2Mj' })
    const discovery = (await (
      await fetch(`${server.origin}/oauth/.well-known/openid-configuration`)
    ).json()) as Record<string, string>
    expect(discovery).toMatchObject({
      issuer: `${server.origin}/oauth`,
      authorization_endpoint: `${server.origin}/oauth/authorize`,
      token_endpoint: `${server.origin}/oauth/token`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    })
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({
      alg: 'RS256',
      kid: expect.any(String),
    })
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri ?? ''))
    const { payload } = await jwtVerify(tokens.id_token ?? '', keys, {
      issuer: discovery.issuer ?? '',
      audience: 'public-app',
    })
    expect(payload).toMatchObject({
      sub: patient.id,
      nonce: 'n-0S6_WzA2Mj',
      fhirUser: `${server.base}/Patient/anna`,
    })
    expect((await read(String(payload.fhirUser), tokens.access_token)).status).toBe(200)
  })
})
