/**
 * https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known. It tells what is there and no
 * more: tokens are printed by the token command, so no authorization or token endpoint is named.
 */
export interface SmartConfiguration {
  readonly jwks_uri: string
  readonly grant_types_supported: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly capabilities: readonly string[]
}

export function buildSmartConfiguration(jwksUri: string): SmartConfiguration {
  return {
    jwks_uri: jwksUri,
    grant_types_supported: [],
    scopes_supported: ['system/*.cruds', 'user/*.cruds', 'patient/*.cruds'],
    capabilities: ['permission-v1', 'permission-v2', 'permission-patient', 'permission-user'],
  }
}
