import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { signAccessToken, type TokenClaims } from '#oauth/access-token.ts'
import { createAuthenticator } from '#oauth/authenticate.ts'
import { openSigningKeys, type SigningKeys } from '#oauth/signing-keys.ts'
import type { SigningKeyRows } from '#store/signing-keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const definitions = loadDefinitions()
const start = Date.parse('2026-05-01T10:00:00Z')
let clock = start
const now = () => clock
let server: TestServer
let rows: SigningKeyRows
let keys: SigningKeys
let authenticate: ReturnType<typeof createAuthenticator>

beforeAll(async () => {
  server = await startTestServer()
  rows = server.app.database.signingKeys
  keys = await openSigningKeys({ rows, now })
  authenticate = createAuthenticator({ keys, definitions, now })
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const sign = (claims: Partial<TokenClaims> = {}, lifeSeconds = 600, publicUrl?: string) =>
  signAccessToken(
    { tenant: 'main', clientId: 'desk', scope: 'system/*.rs', ...claims },
    { keys, publicUrl, lifeSeconds, tokenId: `token-${++count}`, now: new Date(clock) },
  )

/** A token as this server makes them, but for what is changed. */
async function forge(
  payload: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
  by?: CryptoKey,
): Promise<string> {
  const { kid, key } = await keys.signingKey()
  const seconds = Math.floor(clock / 1_000)
  const usual = {
    iss: 'almanac',
    aud: '/fhir',
    client_id: 'desk',
    scope: 'system/*.rs',
    jti: 'forged',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 600,
  }
  return new SignJWT({ ...usual, ...payload })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
    .sign(by ?? key)
}

async function refusalOf(authorization: string | undefined, tenant = 'main'): Promise<Refusal> {
  try {
    await authenticate(authorization, tenant)
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(Refusal)
    return refusal as Refusal
  }
  throw new Error('it was accepted')
}

test('a token of this server is who it says', async () => {
  const token = await sign({
    scope: 'patient/*.rs launch/patient',
    patient: 'p1',
    fhirUser: 'Practitioner/1',
  })
  expect(await authenticate(`Bearer ${token}`, 'main')).toMatchObject({
    tenant: 'main',
    clientId: 'desk',
    patient: 'p1',
    fhirUser: 'Practitioner/1',
    scopes: ['launch/patient', 'patient/*.rs'],
    tokenId: `token-${count}`,
  })
})

test('the same token is verified once: the second time it is known at once', async () => {
  const authorization = `Bearer ${await sign()}`
  const first = await authenticate(authorization, 'main')
  expect(authenticate(authorization, 'main')).toBe(first)
})

test('the scheme is written in any case', async () => {
  expect(await authenticate(`bearer  ${await sign()}`, 'main')).toMatchObject({ clientId: 'desk' })
})

test.each([undefined, 'Basic ZGVzazpkZXNr', 'Bearer', 'Bearer a b', ''])(
  'without a token (%o) the answer names the scheme and no error',
  async (authorization) => {
    const refusal = await refusalOf(authorization)
    expect(refusal.status).toBe(401)
    expect(refusal.headers).toEqual({ 'WWW-Authenticate': 'Bearer realm="almanac"' })
  },
)

test('a token is refused from the second it expires, even when it was known', async () => {
  const authorization = `Bearer ${await sign({}, 60)}`
  clock += 59_000
  expect(await authenticate(authorization, 'main')).toBeDefined()
  clock += 1_000
  const refusal = await refusalOf(authorization)
  expect(refusal.status).toBe(401)
  expect(refusal.headers['WWW-Authenticate']).toBe(
    'Bearer realm="almanac", error="invalid_token", error_description="it has expired"',
  )
})

test('a token of one clinic is refused by another, also after it was accepted by its own', async () => {
  const authorization = `Bearer ${await sign({ tenant: 'north' })}`
  expect(await authenticate(authorization, 'north')).toMatchObject({ tenant: 'north' })
  const refusal = await refusalOf(authorization, 'main')
  expect(refusal.message).toContain('another FHIR base')
})

test('with a public address the audience is the address, and a token for a path is refused', async () => {
  const publicUrl = 'https://fhir.clinic.example'
  const strict = createAuthenticator({ keys, definitions, publicUrl, now })
  expect(await strict(`Bearer ${await sign({}, 600, publicUrl)}`, 'main')).toMatchObject({ tenant: 'main' })
  await expect(Promise.resolve(strict(`Bearer ${await sign()}`, 'main'))).rejects.toThrow(Refusal)
})

const forgeries: [string, () => Promise<string>][] = [
  ['signed by nobody', async () => new UnsecuredJWT({ aud: '/fhir', iss: 'almanac' }).encode()],
  ['signed by a key of its own', async () => forge({}, {}, (await generateKeyPair('ES256')).privateKey)],
  [
    'signed by a key with a name of its own',
    async () => forge({}, { kid: 'mine' }, (await generateKeyPair('ES256')).privateKey),
  ],
  ['signed with the public key as a secret', forgeBySecret],
  ['of another kind', () => forge({}, { typ: 'JWT' })],
  ['of another issuer', () => forge({ iss: 'https://elsewhere.example' })],
  ['for several bases', () => forge({ aud: ['/fhir', '/c/north/fhir'] })],
  ['for a base that starts alike', () => forge({ aud: '/fhir/' })],
  ['not valid yet', () => forge({ nbf: Math.floor(clock / 1_000) + 60 })],
  ['without an end', () => forge({ exp: undefined })],
  ['without an id', () => forge({ jti: undefined })],
  ['without a client', () => forge({ client_id: undefined })],
  ['with scopes that are no text', () => forge({ scope: ['system/*.cruds'] })],
  ['that is no token', async () => 'not.a.token'],
  ['with another payload', swapPayload],
]

test.each(forgeries)('a token %s is refused', async (_, build) => {
  const refusal = await refusalOf(`Bearer ${await build()}`)
  expect(refusal.status).toBe(401)
  expect(refusal.headers['WWW-Authenticate']).toContain('error="invalid_token"')
})

async function forgeBySecret(): Promise<string> {
  const [jwk] = JSON.parse(await keys.jwks()).keys
  const { kid } = await keys.signingKey()
  return new SignJWT({ iss: 'almanac', aud: '/fhir', client_id: 'x', scope: 'system/*.rs', jti: 'x' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JSON.stringify(jwk)))
}

async function swapPayload(): Promise<string> {
  const [header, , signature] = (await sign()).split('.')
  const [, payload] = (await sign({ scope: 'system/*.cruds' })).split('.')
  return `${header}.${payload}.${signature}`
}

test('the key set shows public halves and nothing else', async () => {
  const { keys: shown } = JSON.parse(await keys.jwks())
  expect(shown.length).toBeGreaterThan(0)
  for (const key of shown)
    expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

test('a token that lives longer than a retired key verifies cannot be made', async () => {
  await expect(sign({}, 86_401)).rejects.toThrow(RangeError)
})

test('after a rotation new tokens have the new key, and old ones are good until they expire', async () => {
  const old = `Bearer ${await sign()}`
  const before = await keys.signingKey()
  const kid = await keys.rotate()
  expect(kid).not.toBe(before.kid)
  expect((await keys.signingKey()).kid).toBe(kid)
  const unseen = createAuthenticator({ keys, definitions, now })
  expect(await unseen(old, 'main')).toMatchObject({ clientId: 'desk' })
  expect(await unseen(`Bearer ${await sign()}`, 'main')).toMatchObject({ clientId: 'desk' })
})

test('another process learns of a new key when it meets it, and forgets a retired one in time', async () => {
  const other = await openSigningKeys({ rows, now })
  const retired = (await keys.signingKey()).kid
  const kid = await keys.rotate()
  clock += 6_000
  expect(await other.verificationKey(kid)).toBeDefined()
  expect(await other.verificationKey(retired)).toBeDefined()
  clock += 86_400_000
  expect(await other.verificationKey(retired)).toBeUndefined()
  expect(await other.verificationKey(kid)).toBeDefined()
})

test('names of keys that nobody has do not each cost a query', async () => {
  let queries = 0
  const counted = await openSigningKeys({
    rows: {
      ...rows,
      load: () => {
        queries++
        return rows.load()
      },
    },
    now,
  })
  const before = queries
  clock += 6_000
  for (let index = 0; index < 100; index++)
    expect(await counted.verificationKey(`none-${index}`)).toBeUndefined()
  expect(queries - before).toBe(1)
})

test('the private half is in the database alone, and two openings share one key', async () => {
  const again = await openSigningKeys({ rows, now })
  expect((await again.signingKey()).kid).toBe((await keys.signingKey()).kid)
  await expect(exportJWK((await again.signingKey()).key)).rejects.toThrow()
})
