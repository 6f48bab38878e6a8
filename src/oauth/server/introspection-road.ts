import type { RecordSecurityEvent } from '#audit/security-event.ts'
import { bearerOf, invalidToken } from '../bearer.ts'
import type { FindOpaqueToken, OpaqueToken } from '../opaque-tokens.ts'
import { readForm } from '../read-bytes.ts'
import type { WebRoad } from '../web-exchange.ts'
import { addressesAt, type ClinicPaths } from './addresses.ts'
import { introspectingScope } from './scopes.ts'

/**
 * RFC 7662 for who brings a token of its own in place of a client's credentials: an app about its own tokens, a resource
 * server with the scope for it about any of its clinic.
 */
export function createIntrospectionRoad(
  find: FindOpaqueToken,
  paths: ClinicPaths,
  record: RecordSecurityEvent,
): WebRoad {
  return async (exchange) => {
    const { req, res, path, origin, address, requestId } = exchange
    const own = bearerOf(req.headers.authorization)
    if (path !== '/oauth/introspect' || req.method !== 'POST' || own === undefined) return false
    const caller = await find(own)
    if (caller === undefined) throw invalidToken('it is unknown, has expired or was revoked')
    const token = await find((await readForm(req)).get('token') ?? '')
    const known = token !== undefined && mayAsk(caller, token)
    await record(caller.tenant, {
      deed: 'token-introspected',
      clientId: caller.clientId,
      tokenId: caller.tokenId,
      ...(address !== undefined && { address }),
      requestId,
      details: { active: String(known), token: known ? token.tokenId : '' },
    })
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(known ? describe(token, origin, paths) : { active: false }))
    return true
  }
}

function mayAsk(caller: OpaqueToken, token: OpaqueToken): boolean {
  if (caller.tenant !== token.tenant) return false
  return caller.clientId === token.clientId || caller.scope.split(' ').includes(introspectingScope)
}

function describe(token: OpaqueToken, origin: string, paths: ClinicPaths): object {
  const { tenant, clientId, scope, issued, expires, accountId, fhirUser, context } = token
  const base = addressesAt(origin, paths).baseOf(tenant)
  return {
    active: true,
    ...context,
    tenant,
    scope,
    client_id: clientId,
    iat: issued,
    exp: expires,
    iss: `${origin}/oauth`,
    aud: base,
    token_type: 'Bearer',
    ...(accountId === undefined ? {} : { sub: accountId }),
    ...(fhirUser === undefined ? {} : { fhirUser: `${base}/${fhirUser}` }),
  }
}
