import { Provider } from 'oidc-provider'
import type { RecordSecurityEvent } from '#audit/security-event.ts'
import { hashedSecret } from '../clients/clients.ts'
import { takeBroughtToken } from './brought-token.ts'
import { completeAnswer } from './complete-answer.ts'
import { buildConfiguration, type ConfigurationParts } from './configuration.ts'
import { digest } from './digest.ts'
import { keepKeySetsByTheirHeaders } from './key-set-life.ts'
import { recordDeeds, rememberRefusal } from './record-deeds.ts'
import { narrowByMeaning } from './refresh-scopes.ts'
import { showSignOutAnyhow } from './sign-out.ts'
import { stylePath } from './style.ts'

export interface ProviderParts extends ConfigurationParts {
  readonly origin: string
  readonly endSession: (uid: string) => Promise<unknown>
  readonly record: RecordSecurityEvent
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** One issuer: this origin's. Imported when somebody first needs it, for its modules take longer than a warm start may. */
export function openProvider(parts: ProviderParts): Provider {
  const { origin, onFault, record } = parts
  const provider = new Provider(`${origin}/oauth`, buildConfiguration(parts))
  provider.proxy = true
  provider.on('server_error', (_ctx, error) => onFault('The authorization server failed', error))
  const endings = new Set<Promise<unknown>>()
  provider.on('session.destroyed', ({ uid }) => {
    const ending = parts
      .endSession(uid)
      .catch((error) => onFault('What was to end with a session goes on', error))
      .finally(() => endings.delete(ending))
    endings.add(ending)
  })
  provider.on('grant.error', (ctx, error) => rememberRefusal(ctx, error))
  provider.on('authorization.error', (ctx, error) => rememberRefusal(ctx, error))
  provider.on('registration_create.error', (ctx, error) => rememberRefusal(ctx, error))
  keepSecretsAsDigests(provider)
  keepKeySetsByTheirHeaders(provider, parts.keySets)
  narrowByMeaning(provider, parts.definitions)
  if (parts.registration === 'open')
    provider.use((ctx, next) => takeBroughtToken(provider, ctx as never, next))
  provider.use((ctx, next) => recordDeeds(ctx as never, next, record, parts.tenantOf))
  // Who is told that they are signed out is so, with all that was to end then.
  provider.use(async (ctx, next) => {
    await next()
    if ((ctx as { oidc?: { route: string } }).oidc?.route === 'end_session_confirm')
      await Promise.all(endings)
  })
  provider.use(showSignOutAnyhow)
  provider.use((ctx, next) => completeAnswer(ctx as never, next, `${origin}${stylePath}`, parts.baseOf))
  return provider
}

interface SecretHolder {
  readonly clientSecret: string
  readonly tokenEndpointAuthMethod: string
  compareClientSecret(given: string): unknown
}

function keepSecretsAsDigests(provider: Provider): void {
  const holder = provider.Client.prototype as unknown as SecretHolder
  const { compareClientSecret: compare } = holder
  holder.compareClientSecret = function (given) {
    const inHeader = Provider.ctx?.headers.authorization !== undefined
    const method = inHeader ? 'client_secret_basic' : 'client_secret_post'
    /** Registered for one way, an app is not taken by the other. */
    if (method !== this.tokenEndpointAuthMethod) return false
    const kept = this.clientSecret.startsWith(hashedSecret)
    return compare.call(this, kept ? `${hashedSecret}${digest(given)}` : given)
  }
}
