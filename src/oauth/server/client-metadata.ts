import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { isRedirect, isWeb } from '../app-address.ts'
import type { Registrable } from '../clients/registrable.ts'
import { broughtToken } from './brought-token.ts'

/**
 * Beside RFC 7591's. `introspects`: a resource server that may ask about every token. `smart_scope`: RFC 7591's `scope`,
 * for oidc-provider knows no scopes but those it can list.
 */
export const ownMetadata = ['smart_scope', 'launch_uris', 'clinics', 'introspects'] as const

const mostUris = 50

/** `ctx` is there when somebody registers an app over the network: then nothing is granted that an admin must grant. */
export function checkClientMetadata(
  ctx: KoaContextWithOIDC | undefined,
  key: string,
  value: unknown,
  metadata: ClientMetadata,
  registrable: Registrable,
): void {
  if (key === 'smart_scope') moveScope(metadata)
  if (key === 'launch_uris' && value !== undefined && !areUris(value))
    refuse('launch_uris are https, or http on the own machine')
  if (key === 'clinics' && value !== undefined && !areNames(value)) refuse('clinics must be names of clinics')
  if (key === 'introspects' && value !== undefined && value !== true) refuse('introspects is true or absent')
  if (key === 'launch_uris') checkKeys(metadata)
  if (ctx?.oidc?.route !== 'registration') return
  if (key === 'introspects' && value !== undefined) refuse('introspects is set by an admin')
  if (key !== 'launch_uris') return
  checkAddresses(metadata, registrable)
  const empty = registrable.findEmptyScope(String(metadata.smart_scope ?? ''))
  if (empty !== undefined) refuse(`scope ${empty.scope} would grant nothing: ${empty.reason}`)
  if (ctx.oidc.entities.InitialAccessToken !== undefined || broughtToken(ctx) !== undefined) return
  if (metadata.grant_types?.includes('client_credentials')) {
    refuse('backend services are registered by an admin, or with an initial access token')
  }
  if (/(?:^| )(?:system\/|__)/.test(String(metadata.smart_scope ?? '')))
    refuse('system scopes are granted by an admin')
}

function moveScope(metadata: ClientMetadata): void {
  if (metadata.scope === undefined) return
  metadata.smart_scope = metadata.scope
  delete metadata.scope
}

/** As apps know it. */
export function restoreScope<Metadata extends Record<string, unknown>>(
  metadata: Metadata,
): Record<string, unknown> {
  const { smart_scope: scope, ...others } = metadata
  return scope === undefined ? others : { ...others, scope }
}

/** SMART's keys name themselves. */
function checkKeys({ jwks }: ClientMetadata): void {
  for (const key of jwks?.keys ?? []) {
    if (typeof key.kid !== 'string' || key.kid === '') refuse('every key of jwks needs a kid')
  }
}

function checkAddresses(metadata: ClientMetadata, { fetchesKeysFrom }: Registrable): void {
  const { redirect_uris: redirects = [], jwks_uri: keys } = metadata
  if (keys !== undefined && !fetchesKeysFrom(keys)) refuse('jwks_uri must be https')
  if (redirects.length > mostUris) refuse(`more than ${mostUris} redirect_uris`)
  if (!redirects.every(isRedirect)) {
    throw new errors.InvalidRedirectUri(
      'redirect_uris are https, an app’s own scheme, or http on the own machine',
    )
  }
}

function areUris(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= mostUris &&
    value.every((uri) => typeof uri === 'string' && isWeb(uri))
  )
}

function areNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
  )
}

function refuse(sentence: string): never {
  throw new errors.InvalidClientMetadata(sentence)
}
