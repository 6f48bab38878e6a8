import { Provider } from 'oidc-provider'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { isReached, readScopes } from './scopes.ts'

interface RefreshTokens {
  readonly scope?: string
  readonly scopes: Set<string>
}

interface GrantModel {
  getResourceScope(resource: string): string
  getResourceScopeFiltered(resource: string, filter: readonly string[]): string
}

/**
 * RFC 6749 6: a refresh may ask for less. oidc-provider compares letter by letter; here `patient/Patient.r` is less than
 * `patient/*.rs`. Only the access token gets less, the refresh token stays as good as it was.
 */
export function narrowByMeaning(provider: Provider, definitions: Definitions): void {
  const tokens = provider.RefreshToken.prototype as unknown as RefreshTokens
  Object.defineProperty(tokens, 'scopes', {
    get(this: RefreshTokens): Set<string> {
      const granted = this.scope ?? ''
      const asked = Provider.ctx?.oidc?.params?.scope
      const less = typeof asked === 'string' ? withinGranted(asked, granted) : []
      return new Set([...granted.split(' '), ...less])
    },
  })
  const grants = provider.Grant.prototype as unknown as GrantModel
  grants.getResourceScopeFiltered = function (resource, filter) {
    const granted = this.getResourceScope(resource)
    return withinGranted([...filter].join(' '), granted).join(' ')
  }

  function withinGranted(asked: string, granted: string): readonly string[] {
    try {
      const rights = readScopes(granted, definitions)
      return readScopes(asked, definitions)
        .filter((one) => isReached(rights, one))
        .map(({ written }) => written)
    } catch (error) {
      // What was asked for cannot be understood, so it is not less than anything.
      if (error instanceof Refusal) return []
      throw error
    }
  }
}
