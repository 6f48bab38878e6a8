import type { KoaContextWithOIDC } from 'oidc-provider'
import type { RecordSecurityEvent, SecurityFact } from '#audit/security-event.ts'
import { digest } from './digest.ts'

interface Told {
  readonly error?: string
  readonly error_description?: string
  readonly active?: boolean
}

/** A code or refresh token that comes twice: somebody has a copy. */
const stolen = /already (?:used|consumed)|only be used once/

/** What the protocol did is in the audit trail before its answer leaves. */
export async function recordDeeds(
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
  record: RecordSecurityEvent,
  tenantOf: (base: string) => string | undefined,
): Promise<void> {
  await next()
  if (ctx.oidc === undefined) return
  const fact = describe(ctx)
  if (fact === undefined) return
  const { entities, params } = ctx.oidc
  const { tenant } = (entities.AccessToken?.extra ?? entities.ClientCredentials?.extra ?? {}) as {
    tenant?: string
  }
  const asked = typeof params?.resource === 'string' ? tenantOf(params.resource) : undefined
  await record(tenant ?? asked ?? 'main', { ...fact, ...whoOf(ctx) })
}

function describe(ctx: KoaContextWithOIDC): SecurityFact | undefined {
  const { route, params, entities } = ctx.oidc
  const told = (typeof ctx.body === 'object' && ctx.body !== null ? ctx.body : {}) as Told
  const failure = ctx.status < 400 ? undefined : reasonOf(ctx, told)
  const failed = failure === undefined ? {} : { failure }
  if (route === 'token') {
    const deed =
      failure !== undefined && stolen.test(failure)
        ? 'alert'
        : params?.grant_type === 'refresh_token'
          ? 'token-refreshed'
          : 'token-issued'
    const token = entities.AccessToken ?? entities.ClientCredentials
    const scope = failure === undefined ? (token?.scope ?? '') : ''
    return {
      deed,
      ...failed,
      ...(failure === undefined && token !== undefined && { tokenId: digest(token.jti) }),
      details: { grant: String(params?.grant_type ?? ''), scope },
      request: requestOf(params),
    }
  }
  if (route === 'introspection') {
    return { deed: 'token-introspected', ...failed, details: { active: String(told.active ?? false) } }
  }
  if (route === 'revocation') return { deed: 'token-revoked', ...failed }
  if (route === 'registration') {
    const { Client: client } = entities
    return { deed: 'client-registered', ...failed, ...(client && { about: { id: client.clientId } }) }
  }
  if (route === 'end_session_confirm') return { deed: 'logout', ...failed }
  if (route !== 'authorization' && route !== 'resume') return undefined
  const reason = refusals.get(ctx)
  return reason === undefined
    ? undefined
    : { deed: 'token-issued', failure: reason, details: { grant: route } }
}

/** All else that an app sends for a token opens a door, or is none of the log's business. */
const harmless = ['grant_type', 'client_id', 'redirect_uri', 'resource', 'scope']

function requestOf(params: Readonly<Record<string, unknown>> = {}): string {
  const sent = harmless.flatMap((name) => (typeof params[name] === 'string' ? [[name, params[name]]] : []))
  return `POST /oauth/token?${new URLSearchParams(sent as string[][])}`
}

/** Why, in more words than the caller is told. */
const refusals = new WeakMap<object, string>()

interface RememberedRefusal extends Error {
  readonly error?: string | undefined
  readonly error_detail?: string | undefined
}

export function rememberRefusal(ctx: object, error: RememberedRefusal): void {
  refusals.set(ctx, [error.error ?? error.message, error.error_detail].filter(Boolean).join(': '))
}

function reasonOf(ctx: object, { error, error_description: description }: Told): string {
  return refusals.get(ctx) ?? [error, description].filter(Boolean).join(': ')
}

function whoOf(ctx: KoaContextWithOIDC) {
  const { client, entities } = ctx.oidc
  const account = entities.Account?.accountId
  const extra = (entities.AccessToken?.extra ?? {}) as { fhirUser?: string; patient?: string }
  const user = {
    ...(account === undefined ? {} : { account }),
    ...(extra.fhirUser === undefined ? {} : { reference: extra.fhirUser }),
  }
  return {
    address: ctx.ip,
    ...(client === undefined ? {} : { clientId: client.clientId }),
    ...(Object.keys(user).length === 0 ? {} : { user }),
    ...(extra.patient === undefined ? {} : { patient: extra.patient }),
  }
}
