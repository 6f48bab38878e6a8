import { SignJWT } from 'jose'
import { longestTokenLifeSeconds, signingAlgorithm } from './key-material.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface TokenClaims {
  readonly tenant: string
  readonly clientId: string
  readonly scope: string
  readonly fhirUser?: string
  readonly patient?: string
  readonly roles?: readonly string[]
}

export interface TokenIssue {
  readonly keys: SigningKeys
  /** Set in production: the address that callers know. */
  readonly publicUrl?: string | undefined
  readonly lifeSeconds: number
  /** Handed in, as are clock and ids everywhere. */
  readonly tokenId: string
  readonly now: Date
}

/** RFC 9068's type: an id token or a client assertion of the same key can never pass for an access token. */
export const accessTokenType = 'at+jwt'

/**
 * The one audience a clinic's token has: its FHIR base. Without a public URL that is the path alone, so that a
 * laptop's token works by localhost, by 127.0.0.1 and on another port alike.
 */
export function audienceOf(tenant: string, publicUrl: string | undefined): string {
  return `${trimSlash(publicUrl ?? '')}${tenant === 'main' ? '/fhir' : `/c/${tenant}/fhir`}`
}

export function issuerOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? 'almanac' : trimSlash(publicUrl)
}

export async function signAccessToken(claims: TokenClaims, issue: TokenIssue): Promise<string> {
  if (issue.lifeSeconds > longestTokenLifeSeconds) {
    throw new RangeError(`A token lives ${longestTokenLifeSeconds} seconds at most.`)
  }
  const { kid, key } = await issue.keys.signingKey()
  const issuedAt = Math.floor(issue.now.getTime() / 1_000)
  return new SignJWT({
    client_id: claims.clientId,
    scope: claims.scope,
    ...(claims.fhirUser === undefined ? {} : { fhirUser: claims.fhirUser }),
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
    ...(claims.roles === undefined ? {} : { roles: claims.roles }),
  })
    .setProtectedHeader({ alg: signingAlgorithm, typ: accessTokenType, kid })
    .setIssuer(issuerOf(issue.publicUrl))
    .setAudience(audienceOf(claims.tenant, issue.publicUrl))
    .setSubject(claims.fhirUser ?? claims.clientId)
    .setJti(issue.tokenId)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + issue.lifeSeconds)
    .sign(key)
}

function trimSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}
