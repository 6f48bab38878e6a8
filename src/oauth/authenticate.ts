import type { Claims } from '#access/claims.ts'
import { createPrincipal } from '#access/create-principal.ts'
import type { Principal } from '#access/principal.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { type FindAccount, membershipOf } from './account.ts'
import { bearerOf, invalidToken, missingToken } from './bearer.ts'
import { type FindOpaqueToken, opaqueForm } from './opaque-tokens.ts'
import type { Notice, Revocations } from './revocations.ts'
import { readSignedToken, type SignedToken } from './signed-tokens.ts'
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
  /** Tokens of the authorization server; absent: only signed ones are taken. */
  readonly opaque?: OpaqueTokenParts
  /** What a bearer may do; the clinic's policies come in here. */
  readonly toPrincipal?: (claims: Claims) => Principal | Promise<Principal>
  /** Tells whose policies have changed; undefined: anyone's. */
  readonly policyChanges?: (listener: (tenant: string | undefined) => void) => unknown
  /** Verified tokens remembered; a principal with its clauses is a few kilobytes. */
  readonly remembered?: number
  readonly now?: () => number
}

export interface OpaqueTokenParts {
  readonly find: FindOpaqueToken
  readonly findAccount: FindAccount
  readonly revocations: Revocations
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { definitions, opaque, now = Date.now, remembered = 5_000 } = options
  const { toPrincipal = (claims: Claims) => createPrincipal(claims, definitions) } = options
  const verified = createVerifiedTokens(remembered)
  opaque?.revocations.subscribe({
    heard: (notice) => verified.forget(endedBy(notice)),
    hearing: (reliably) => verified.trust(reliably),
  })
  options.policyChanges?.((changed) =>
    verified.forget(({ tenant }) => changed === undefined || tenant === changed),
  )

  return (authorization, tenant) => {
    if (authorization === undefined) throw missingToken()
    return verified.find(authorization, tenant, now()) ?? verify(authorization, tenant)
  }

  async function verify(authorization: string, tenant: string): Promise<Principal> {
    const token = bearerOf(authorization)
    if (token === undefined) throw missingToken()
    const since = verified.changes
    const { claims, expires } =
      opaque !== undefined && opaqueForm.test(token)
        ? await readOpaqueToken(token, tenant, opaque)
        : await readSignedToken(token, tenant, { ...options, now })
    const principal = await toPrincipal(claims)
    verified.remember(authorization, principal, expires, since)
    return principal
  }
}

async function readOpaqueToken(
  token: string,
  tenant: string,
  { find, findAccount }: OpaqueTokenParts,
): Promise<SignedToken> {
  const found = await find(token)
  if (found === undefined) throw invalidToken('it is unknown, has expired or was revoked')
  if (found.tenant !== tenant) throw invalidToken('it is for another FHIR base')
  const { accountId, tokenId, clientId, scope, grantId, fhirUser, context } = found
  const expires = found.expires * 1_000
  const claims: Claims = {
    tenant,
    tokenId,
    clientId,
    scope,
    ...(grantId === undefined ? {} : { grantId }),
    ...(fhirUser === undefined ? {} : { fhirUser }),
    ...(context.patient === undefined ? {} : { patient: context.patient }),
  }
  if (accountId === undefined) return { claims, expires }
  const account = await findAccount(accountId)
  const membership = account === undefined ? undefined : membershipOf(account, tenant)
  if (membership === undefined) throw invalidToken('its account has no part in this clinic any more')
  return { claims: { ...claims, accountId, roles: membership.roles }, expires }
}

function endedBy(notice: Notice): (principal: Principal) => boolean {
  if ('grant' in notice) return ({ grantId }) => grantId === notice.grant
  if ('token' in notice) return ({ tokenId }) => tokenId === notice.token
  if ('account' in notice) return ({ accountId }) => accountId === notice.account
  if ('client' in notice) return ({ clientId }) => clientId === notice.client
  return ({ tenant }) => tenant === notice.tenant
}
