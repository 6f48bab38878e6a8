import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface ClientKey {
  readonly algorithm: 'RS384' | 'ES384'
  readonly privateKey: CryptoKey
  /** With kid and alg, as it is registered. */
  readonly publicJwk: JWK
}

export async function makeClientKey(
  algorithm: ClientKey['algorithm'],
  kid: string = randomUUID(),
): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { algorithm, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm } }
}

/** What a backend service is registered as. */
export function backendApp(clientId: string, { publicJwk }: ClientKey, scope: string) {
  return {
    client_id: clientId,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope,
    jwks: { keys: [publicJwk] },
  }
}

export interface AssertionWish {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly seconds?: number
}

export function signAssertion(
  key: ClientKey,
  clientId: string,
  tokenEndpoint: string,
  { claims = {}, header = {}, seconds = 240 }: AssertionWish = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  return new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: tokenEndpoint,
    jti: randomUUID(),
    exp: now + seconds,
    ...claims,
  })
    .setProtectedHeader({ alg: key.algorithm, kid: String(key.publicJwk.kid), typ: 'JWT', ...header })
    .sign(key.privateKey)
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export function backendRequest(assertion: string, scope: string, more: Record<string, string> = {}) {
  return {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...more,
  }
}
