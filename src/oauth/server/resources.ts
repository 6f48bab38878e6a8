import type { Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Clients } from '../clients/clients.ts'
import { type Addresses, trim } from './addresses.ts'
import { accessLifeSeconds, backendLifeSeconds } from './lifetimes.ts'
import { type AskedScope, readScopes, servingScopes, within } from './scopes.ts'

export interface ResourceParts extends Addresses {
  readonly definitions: Definitions
  readonly clients: Pick<Clients, 'isBarred'>
}

/** More than any app has; each is looked at for every token. */
const mostScopes = 500

/** Our own metadata of a client, beside RFC 7591's. */
interface AlmanacClient {
  readonly smart_scope?: string
  /** Clinics it is registered with; absent: every clinic of the installation. */
  readonly clinics?: readonly string[]
  readonly tokenEndpointAuthMethod?: string
}

/**
 * Every clinic's FHIR base is a resource server of its own. The scopes that it knows are worked out from what is asked
 * for, since their number has no end.
 */
export function createResources({ definitions, clients, tenantOf, baseOf }: ResourceParts) {
  return {
    enabled: true,
    async defaultResource(ctx: KoaContextWithOIDC, client: Client, oneOf?: readonly string[]) {
      if (oneOf !== undefined) return oneOf as unknown as string
      if (ctx.oidc.route !== 'token') {
        throw new errors.InvalidRequest('aud is required: the FHIR base that the app will call')
      }
      const { clinics = ['main'] } = client as AlmanacClient
      if (clinics.length !== 1) {
        throw new errors.InvalidTarget('resource is required: the FHIR base that the token is for')
      }
      return baseOf(clinics[0] as string)
    },
    useGrantedResource: async () => true,
    async getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      indicator: string,
      client: Client,
    ): Promise<ResourceServer> {
      const tenant = tenantOf(indicator)
      const { params = {}, entities } = ctx.oidc
      const { aud } = params as { aud?: string }
      if (tenant === undefined || (aud !== undefined && trim(aud) !== indicator)) {
        throw new errors.InvalidTarget('aud is not the FHIR base of a clinic here')
      }
      const { clinics } = client as AlmanacClient
      const registered = clinics === undefined || clinics.includes(tenant)
      if (!registered || (await clients.isBarred(client.clientId, tenant))) {
        throw new errors.InvalidTarget('the app is not registered with this clinic')
      }
      const backend = params.grant_type === 'client_credentials'
      const scope =
        (params.scope as string | undefined) ??
        entities.AuthorizationCode?.scope ??
        entities.RefreshToken?.scope ??
        ''
      const granted = grant(scope, client as AlmanacClient, backend)
      /** What follows looks at the scopes asked for: from here on they are what can be given. */
      if (params.scope !== undefined) params.scope = granted
      return {
        scope: granted,
        audience: indicator,
        accessTokenFormat: 'opaque',
        accessTokenTTL: backend ? backendLifeSeconds : accessLifeSeconds,
      } as ResourceServer
    },
  }

  function grant(scope: string, client: AlmanacClient, backend: boolean): string {
    const asked = read(scope)
    const possible = asked.filter(({ written, resource }) =>
      backend
        ? resource?.context === 'system' || servingScopes.includes(written)
        : resource?.context !== 'system' && !servingScopes.includes(written),
    )
    const held = client.smart_scope === undefined ? undefined : read(client.smart_scope)
    if (backend && (held === undefined || client.tokenEndpointAuthMethod !== 'private_key_jwt')) {
      throw new errors.UnauthorizedClient('only apps registered with a key set and system scopes may do this')
    }
    const granted = possible.flatMap((one) => (held === undefined ? [one.written] : within(held, one)))
    if (granted.length === 0) {
      throw new errors.InvalidScope('none of these scopes can be granted to this app', scope)
    }
    return [...new Set(granted)].join(' ')
  }

  function read(scope: string): readonly AskedScope[] {
    if (scope.split(' ').length > mostScopes) {
      throw new errors.InvalidScope(`more than ${mostScopes} scopes`, '')
    }
    try {
      return readScopes(scope, definitions)
    } catch (error) {
      if (error instanceof Refusal) throw new errors.InvalidScope(error.message, scope)
      throw error
    }
  }
}
