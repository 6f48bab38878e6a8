import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { Adapter, Client, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { type FindAccount, membershipOf } from '../account.ts'
import type { Registrable } from '../clients/registrable.ts'
import { buildPageHeaders } from '../pages/page-headers.ts'
import type { Agreements } from './agreements.ts'
import { checkClientAssertion } from './client-assertion.ts'
import { checkClientMetadata, ownMetadata } from './client-metadata.ts'
import type { KeySetFetch } from './key-set-fetch.ts'
import type { Launches } from './launches.ts'
import {
  accessLifeSeconds,
  backendLifeSeconds,
  codeLifeSeconds,
  interactionLifeSeconds,
  offlineLifeSeconds,
  onlineLifeSeconds,
  refreshLifeSeconds,
  sessionLifeSeconds,
} from './lifetimes.ts'
import { createResources, type ResourceParts } from './resources.ts'
import { contextScopes, servingScopes } from './scopes.ts'
import { sessionCookie, stepCookie } from './session-cookie.ts'
import { showSignedOut, showSignOut } from './sign-out.ts'

export type RegistrationPolicy = 'closed' | 'token' | 'open'

export interface ConfigurationParts extends ResourceParts {
  readonly adapter: (model: string) => Adapter
  readonly cookieKeys: readonly string[]
  readonly tokenKeys: readonly JWK[]
  readonly agreements: Agreements
  readonly launches: Launches
  readonly findAccount: FindAccount
  readonly registration: RegistrationPolicy
  readonly keySets: KeySetFetch
  readonly registrable: Registrable
  readonly explain: (sentence: string, id: string, accepted?: string) => string
}

const clientKeys = ['RS384', 'ES384']

/** https://github.com/panva/node-oidc-provider/blob/main/docs/README.md, with SMART's choices. */
export function buildConfiguration(parts: ConfigurationParts): Configuration {
  const { agreements, cookieKeys } = parts
  return {
    adapter: parts.adapter,
    jwks: { keys: parts.tokenKeys as never },
    clientDefaults: {
      id_token_signed_response_alg: 'RS256',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: clientKeys as never, idTokenSigningAlgValues: ['RS256'] },
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header, client) =>
      checkClientAssertion(claims, header, client),
    responseTypes: ['code'],
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    scopes: [...contextScopes, ...servingScopes],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name', 'fhirUser'] },
    extraParams: {
      aud: checkRequest,
      launch: async (ctx, value, client) => takeLaunch(parts, ctx, value, client),
    },
    extraClientMetadata: {
      properties: [...ownMetadata],
      validator: (ctx, key, value, metadata) =>
        checkClientMetadata(ctx, key, value, metadata, parts.registrable),
    },
    cookies: {
      keys: [...cookieKeys],
      names: { session: 'almanac_session', interaction: 'almanac_interaction', resume: 'almanac_resume' },
      long: sessionCookie,
      short: stepCookie,
    },
    features: {
      devInteractions: { enabled: false },
      /** The FHIR server takes bearer tokens alone, and requests come by the browser alone. */
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => mayIntrospect(client, token),
      },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx) => showSignOut(ctx),
        postLogoutSuccessSource: async (ctx) => showSignedOut(ctx),
      },
      registration: {
        enabled: parts.registration !== 'closed',
        initialAccessToken: parts.registration === 'token',
        issueRegistrationAccessToken: false,
      },
      resourceIndicators: createResources(parts) as never,
    },
    /** A grant is of one launch: another launch, with another patient, never touches it. */
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId)
    },
    /** Agreements end with the session by themselves; oidc-provider would end those of earlier launches too. */
    expiresWithSession: async () => false,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') || code.scopes.has('online_access')),
    rotateRefreshToken: true,
    extraTokenClaims: async (ctx, token) => tokenClaims(parts, ctx, token),
    findAccount: async (ctx, id, token) => {
      if (token?.kind === 'RefreshToken' && !(await mayRefresh(agreements, ctx, token))) return undefined
      const account = await parts.findAccount(id)
      if (account === undefined) return undefined
      return {
        accountId: account.id,
        claims: async () => {
          const extra = ctx.oidc.entities.AccessToken?.extra as
            | { fhirUser?: string; tenant?: string }
            | undefined
          const base = extra?.tenant === undefined ? undefined : parts.baseOf(extra.tenant)
          return {
            sub: account.id,
            name: account.displayName,
            ...(extra?.fhirUser === undefined ? {} : { fhirUser: `${base}/${extra.fhirUser}` }),
          }
        },
      }
    },
    interactions: { url: (_ctx, { uid }) => `/oauth/interaction/${uid}` },
    renderError: async (ctx, { error, error_description: description }) => {
      const id = randomBytes(9).toString('base64url')
      ctx.set(buildPageHeaders(ctx.oidc.provider.issuer.startsWith('https:')))
      ctx.type = 'html'
      ctx.body = parts.explain(
        [error, description].filter(Boolean).join(': '),
        id,
        ctx.get('accept-language'),
      )
    },
    routes: {
      authorization: '/authorize',
      token: '/token',
      introspection: '/introspect',
      revocation: '/revoke',
      registration: '/register',
      jwks: '/jwks',
      end_session: '/end-session',
    },
    ttl: {
      AccessToken: accessLifeSeconds,
      AuthorizationCode: codeLifeSeconds,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? backendLifeSeconds,
      Grant: (ctx) =>
        String(ctx?.oidc.params?.scope).includes('offline_access') ? offlineLifeSeconds : onlineLifeSeconds,
      IdToken: accessLifeSeconds,
      Interaction: interactionLifeSeconds,
      RefreshToken: refreshLifeSeconds,
      Session: sessionLifeSeconds,
    },
    fetch: parts.keySets.fetch as never,
    fetchResponseBodyLimits: { jwks_uri: 256 * 1_024, sector_identifier_uri: 5 * 1_024 } as never,
  } as Configuration
}

async function checkRequest(ctx: KoaContextWithOIDC): Promise<void> {
  const { params, route } = ctx.oidc
  if (route !== 'authorization') return
  if (typeof params?.state !== 'string' || params.state === '') {
    throw new errors.InvalidRequest('state is required: an unguessable value that the app checks')
  }
}

async function takeLaunch(
  { launches, tenantOf }: ConfigurationParts,
  ctx: KoaContextWithOIDC,
  value: string | undefined,
  client: Client,
): Promise<void> {
  const scopes = String(ctx.oidc.params?.scope ?? '').split(' ')
  if (value === undefined) {
    if (scopes.includes('launch')) throw new errors.InvalidRequest('scope launch needs the launch parameter')
    return
  }
  const tenant = tenantOf(String(ctx.oidc.params?.resource))
  const launch = tenant === undefined ? undefined : await launches.take(value, client.clientId, tenant)
  if (launch === undefined)
    throw new errors.InvalidRequest('launch is unknown, used or has expired: open the app again')
}

interface GrantedToken {
  readonly kind: string
  readonly grantId?: string
  readonly resourceServer?: { identifier(): string }
  readonly aud?: string | string[]
}

/** Kept with the token: what the FHIR server and introspection tell of it. */
async function tokenClaims(
  { agreements, findAccount, tenantOf }: ConfigurationParts,
  _ctx: KoaContextWithOIDC,
  given: unknown,
): Promise<Record<string, unknown>> {
  const token = given as GrantedToken
  if (token.grantId === undefined) return { tenant: tenantOf(String(token.aud)) }
  const agreement = await agreements.find(token.grantId)
  const account = agreement && (await findAccount(agreement.accountId))
  const membership = agreement && account && membershipOf(account, agreement.clinic)
  if (agreement === undefined || membership === undefined)
    throw new errors.InvalidGrant('the grant has ended')
  const { fhirUser } = membership
  return {
    ...agreement.context,
    tenant: agreement.clinic,
    ...(fhirUser === undefined ? {} : { fhirUser }),
  }
}

interface RefreshedToken {
  readonly grantId?: string
  readonly sessionUid?: string
}

/** `online_access` ends with the session of the browser. */
async function mayRefresh(agreements: Agreements, ctx: KoaContextWithOIDC, token: unknown): Promise<boolean> {
  const { grantId, sessionUid } = token as RefreshedToken
  const agreement = grantId === undefined ? undefined : await agreements.find(grantId)
  if (agreement === undefined) return false
  if (agreement.offline) return true
  return sessionUid !== undefined && (await ctx.oidc.provider.Session.findByUid(sessionUid)) !== undefined
}

/** An app may ask about its own tokens; a resource server, which authenticates, about any of its clinics'. */
function mayIntrospect(client: Client, token: { readonly clientId?: string | undefined }): boolean {
  return token.clientId === client.clientId || client.introspects === true
}
