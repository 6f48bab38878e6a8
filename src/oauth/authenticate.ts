import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Claims } from '#access/claims.ts'
import { createPrincipal } from '#access/create-principal.ts'
import type { Principal } from '#access/principal.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { accessTokenType, audienceOf, issuerOf } from './access-token.ts'
import { signingAlgorithm } from './key-material.ts'
import type { SigningKeys } from './signing-keys.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

/**
 * Takes the Authorization header. Gives the caller at once when the token is known, so that a hot request waits
 * for nothing; refuses with 401.
 */
export type Authenticate = (
  authorization: string | undefined,
  tenant: string,
) => Principal | Promise<Principal>

export interface AuthenticatorOptions {
  readonly keys: SigningKeys
  readonly definitions: Definitions
  readonly publicUrl?: string | undefined
  /** Verified tokens remembered; a principal with its clauses is a few kilobytes. */
  readonly remembered?: number
  readonly now?: () => number
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { now = Date.now, remembered = 5_000 } = options
  const verified = createVerifiedTokens(remembered)

  return (authorization, tenant) => {
    if (authorization === undefined) throw missingToken()
    return verified.find(authorization, tenant, now()) ?? verify(authorization, tenant)
  }

  async function verify(authorization: string, tenant: string): Promise<Principal> {
    const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (token === undefined) throw missingToken()
    const payload = await loadPayload(token, tenant)
    const principal = createPrincipal(readClaims(payload, tenant), options.definitions)
    verified.remember(authorization, principal, (payload.exp as number) * 1_000)
    return principal
  }

  async function loadPayload(token: string, tenant: string): Promise<JWTPayload> {
    const kid = readKid(token)
    /** Outside of the catch below: a database that is away is 503, not a bad token. */
    const key = kid === undefined ? undefined : await options.keys.verificationKey(kid)
    if (key === undefined) throw invalidToken('it was not signed by this server')
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [signingAlgorithm],
        typ: accessTokenType,
        issuer: issuerOf(options.publicUrl),
        audience: audienceOf(tenant, options.publicUrl),
        requiredClaims: ['exp', 'nbf', 'jti', 'client_id', 'scope'],
        currentDate: new Date(now()),
      })
      return payload
    } catch (error) {
      throw invalidToken(reasonOf(error), error)
    }
  }
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

/** RFC 6750 3.1: a request without any token is told the scheme and no error. */
function missingToken(): Refusal {
  return new Refusal('login', 'Send an access token: "Authorization: Bearer …".', {
    headers: { 'WWW-Authenticate': 'Bearer realm="almanac"' },
  })
}

function invalidToken(reason: string, cause?: unknown): Refusal {
  return new Refusal('login', `The access token is not accepted: ${reason}. Get a new one.`, {
    headers: {
      'WWW-Authenticate': `Bearer realm="almanac", error="invalid_token", error_description="${reason}"`,
    },
    cause,
  })
}
