import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Claims } from '#access/claims.ts'
import { accessTokenType, audienceOf, issuerOf } from './access-token.ts'
import { invalidToken } from './bearer.ts'
import { signingAlgorithm } from './key-material.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface SignedTokenParts {
  readonly keys: SigningKeys
  readonly publicUrl?: string | undefined
  readonly now: () => number
}

export interface SignedToken {
  readonly claims: Claims
  readonly expires: number
}

/** Tokens of the token command: signed with this server's key. Refuses with 401. */
export async function readSignedToken(
  token: string,
  tenant: string,
  { keys, publicUrl, now }: SignedTokenParts,
): Promise<SignedToken> {
  const kid = readKid(token)
  /** Outside of the catch below: a database that is away is 503, not a bad token. */
  const key = kid === undefined ? undefined : await keys.verificationKey(kid)
  if (key === undefined) throw invalidToken('it was not signed by this server')
  const { payload } = await jwtVerify(token, key, {
    algorithms: [signingAlgorithm],
    typ: accessTokenType,
    issuer: issuerOf(publicUrl),
    audience: audienceOf(tenant, publicUrl),
    requiredClaims: ['exp', 'nbf', 'jti', 'client_id', 'scope'],
    currentDate: new Date(now()),
  }).catch((error: unknown) => {
    throw invalidToken(reasonOf(error), error)
  })
  return { claims: readClaims(payload, tenant), expires: (payload.exp as number) * 1_000 }
}

function readKid(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
}

function readClaims(payload: JWTPayload, tenant: string): Claims {
  const { client_id: clientId, scope, jti: tokenId, fhirUser, patient, roles, acct, grant, aud } = payload
  /** A list of audiences could name two clinics: a token is for exactly one. */
  if (typeof aud !== 'string') throw invalidToken('it must be for one FHIR base')
  if (typeof clientId !== 'string' || typeof scope !== 'string' || typeof tokenId !== 'string') {
    throw invalidToken('its claims have the wrong form')
  }
  return {
    tenant,
    clientId,
    tokenId,
    scope,
    ...(typeof fhirUser === 'string' ? { fhirUser } : {}),
    ...(typeof patient === 'string' ? { patient } : {}),
    ...(Array.isArray(roles) ? { roles: roles.filter((role) => typeof role === 'string') } : {}),
    ...(typeof acct === 'string' ? { accountId: acct } : {}),
    ...(typeof grant === 'string' ? { grantId: grant } : {}),
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'it is for another FHIR base'
    if (error.claim === 'nbf') return 'it is not valid yet'
  }
  return 'it cannot be verified'
}
