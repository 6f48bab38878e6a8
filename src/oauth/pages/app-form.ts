import { isRedirect, isWeb } from '../app-address.ts'
import type { ClientMetadata } from '../clients/clients.ts'
import type { Registrable } from '../clients/registrable.ts'
import { servingScopes } from '../server/scopes.ts'

/** How an app shows who it is. */
export const appKinds = ['public', 'secret', 'keys', 'backend'] as const

export type AppKind = (typeof appKinds)[number]

export type AppProblem = 'name' | 'kind' | 'redirect' | 'launch' | 'keys' | 'scope' | 'unknownScope'

const methods: Readonly<Record<AppKind, string>> = {
  public: 'none',
  secret: 'client_secret_basic',
  keys: 'private_key_jwt',
  backend: 'private_key_jwt',
}

/** The metadata that a filled-in form amounts to, or what is wrong with it. */
export function readAppForm(
  sent: URLSearchParams,
  clinic: string,
  { fetchesKeysFrom, findEmptyScope }: Registrable,
): ClientMetadata | AppProblem {
  const name = (sent.get('name') ?? '').trim()
  const kind = appKinds.find((one) => one === sent.get('kind'))
  const redirects = linesOf(sent.get('redirects'))
  const launches = linesOf(sent.get('launches'))
  const scope = (sent.get('scope') ?? '').split(/\s+/).filter(Boolean)
  if (name === '' || name.length > 100) return 'name'
  if (kind === undefined) return 'kind'
  const backend = kind === 'backend'
  if (backend ? redirects.length > 0 : redirects.length === 0 || !redirects.every(isRedirect))
    return 'redirect'
  if (!launches.every(isWeb)) return 'launch'
  if (scope.some((one) => !/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(one))) return 'scope'
  if (backend ? !scope.length || !scope.every(isService) : scope.some(isSystem)) return 'scope'
  if (findEmptyScope(scope.join(' ')) !== undefined) return 'unknownScope'
  const keys = kind === 'keys' || backend ? readKeys((sent.get('keys') ?? '').trim(), fetchesKeysFrom) : {}
  if (keys === undefined) return 'keys'
  return {
    client_name: name,
    token_endpoint_auth_method: methods[kind],
    redirect_uris: redirects,
    ...(launches.length === 0 ? {} : { launch_uris: launches }),
    grant_types: backend ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    response_types: backend ? [] : ['code'],
    ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
    clinics: [clinic],
    ...keys,
  }
}

/** Where its public keys are, or the keys themselves. */
function readKeys(text: string, fetchesFrom: (url: string) => boolean): ClientMetadata | undefined {
  if (fetchesFrom(text)) return { jwks_uri: text }
  try {
    const jwks: unknown = JSON.parse(text)
    const { keys } = jwks as { keys?: readonly Record<string, unknown>[] }
    const fits =
      Array.isArray(keys) &&
      keys.length > 0 &&
      keys.every(({ kty, kid, d }) => typeof kty === 'string' && typeof kid === 'string' && d === undefined)
    return fits ? { jwks: { keys } } : undefined
  } catch {
    return undefined
  }
}

function linesOf(text: string | null): readonly string[] {
  return (text ?? '').split(/\s+/).filter(Boolean).slice(0, 50)
}

const isService = (scope: string): boolean => scope.startsWith('system/') || servingScopes.includes(scope)

const isSystem = (scope: string): boolean => scope.startsWith('system/') || scope.startsWith('__')
