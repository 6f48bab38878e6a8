import type { Client } from 'oidc-provider'
import { errors } from 'oidc-provider'

/** https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html, plus the clocks' disagreement. */
const longestLifeSeconds = 300
const clockSkewSeconds = 15

interface AssertionHeader {
  readonly typ?: unknown
  readonly kid?: unknown
  readonly jku?: unknown
}

interface AssertionClaims {
  readonly aud?: unknown
  readonly iat?: unknown
  readonly exp?: unknown
  readonly sub?: unknown
  readonly iss?: unknown
}

interface AsymmetricClient {
  readonly jwksUri?: string
  readonly asymmetricKeyStore: Iterable<{ readonly kid?: string }>
}

/** What SMART asks of a client's assertion beyond RFC 7523; signature, audience, expiry and jti are checked already. */
export function checkClientAssertion(claims: AssertionClaims, header: AssertionHeader, client: Client): void {
  const { jwksUri, asymmetricKeyStore } = client as unknown as AsymmetricClient
  if (typeof header.typ !== 'string' || header.typ.toUpperCase() !== 'JWT')
    refuse('its header must say typ JWT')
  if (typeof header.kid !== 'string') refuse('its header must name a kid')
  if (header.jku !== undefined && header.jku !== jwksUri) refuse('jku is not the key set registered')
  /** One that is meant for another server as well could be replayed by it. */
  if (Array.isArray(claims.aud) && claims.aud.length !== 1) refuse('it must be for this server alone')
  if (claims.sub !== claims.iss) refuse('iss and sub must both be the client_id')
  const now = Math.floor(Date.now() / 1_000) + clockSkewSeconds
  if (typeof claims.iat === 'number' && claims.iat > now) refuse('iat is still to come')
  if (typeof claims.exp !== 'number' || claims.exp > now + longestLifeSeconds)
    refuse('it may live five minutes at most')
  const sameName = [...asymmetricKeyStore].filter(({ kid }) => kid === header.kid)
  if (sameName.length !== 1) refuse('several keys have its kid')
}

function refuse(reason: string): never {
  throw new errors.InvalidClientAuth(`client assertion not accepted: ${reason}`)
}
