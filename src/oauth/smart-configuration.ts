/** https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known */
export interface SmartConfiguration {
  readonly issuer: string
  readonly jwks_uri: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly introspection_endpoint: string
  readonly revocation_endpoint: string
  readonly management_endpoint: string
  readonly registration_endpoint?: string
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly code_challenge_methods_supported: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly capabilities: readonly string[]
}

/** One issuer for all clinics; the base is the audience (`aud`) that an app names. */
export function buildSmartConfiguration(origin: string, registers: boolean): SmartConfiguration {
  const at = (name: string) => `${origin}/oauth/${name}`
  return {
    issuer: `${origin}/oauth`,
    jwks_uri: at('jwks'),
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    introspection_endpoint: at('introspect'),
    revocation_endpoint: at('revoke'),
    management_endpoint: at('account'),
    ...(registers ? { registration_endpoint: at('register') } : {}),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [
      'openid',
      'fhirUser',
      'launch',
      'launch/patient',
      'launch/encounter',
      'offline_access',
      'online_access',
      'patient/*.cruds',
      'user/*.cruds',
      'system/*.cruds',
    ],
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-banner',
      'context-style',
      'context-ehr-patient',
      'context-ehr-encounter',
      'context-standalone-patient',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  }
}
