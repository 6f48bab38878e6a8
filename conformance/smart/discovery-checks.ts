import { type Check, check, type Discovery, expect } from './check.ts'

/** What an app finds out from the base alone. */
export const discoveryChecks: readonly Check[] = [
  check(
    'SMART-001 002 003',
    'discovery',
    'discovery is JSON for everybody, whatever they accept',
    async (course) => {
      const address = `${course.subject.base}/.well-known/smart-configuration`
      for (const accept of ['application/json', 'application/fhir+json', 'text/html', '*/*']) {
        const response = await fetch(address, { headers: { accept } })
        expect(response.status === 200, `answered ${response.status} to Accept: ${accept}`)
        expect(
          response.headers.get('content-type')?.startsWith('application/json') === true,
          'is not application/json',
        )
      }
      course.discovery = (await (await fetch(address)).json()) as Discovery
    },
  ),
  check(
    'SMART-004 005',
    'discovery',
    'it has its required members, and its addresses are absolute',
    async ({ discovery }) => {
      for (const [name, value] of Object.entries(discovery)) {
        if (/(_endpoint|_uri)$/.test(name)) expect(URL.canParse(String(value)), `${name} is not absolute`)
      }
      for (const name of ['authorization_endpoint', 'token_endpoint'] as const) {
        expect(typeof discovery[name] === 'string', `${name} is missing`)
      }
      for (const name of [
        'capabilities',
        'grant_types_supported',
        'code_challenge_methods_supported',
      ] as const) {
        expect(Array.isArray(discovery[name]) && discovery[name].length > 0, `${name} is empty`)
      }
    },
  ),
  check('SMART-006 007', 'discovery', 'codes and S256 are there, and plain is not', async ({ discovery }) => {
    expect(discovery.grant_types_supported.includes('authorization_code'), 'no authorization_code')
    expect(discovery.code_challenge_methods_supported.includes('S256'), 'no S256')
    expect(!discovery.code_challenge_methods_supported.includes('plain'), 'plain is offered')
  }),
  check(
    'SMART-008',
    'discovery',
    'who offers OpenID Connect names its issuer and keys',
    async ({ discovery }) => {
      const signsIn = discovery.capabilities.includes('sso-openid-connect')
      expect((discovery.issuer !== undefined) === signsIn, 'issuer does not fit the capabilities')
      expect(!signsIn || discovery.jwks_uri !== undefined, 'jwks_uri is missing')
    },
  ),
  check(
    'SMART-021',
    'transport',
    'discovery and metadata may be read by any web page',
    async ({ subject }) => {
      for (const path of ['metadata', '.well-known/smart-configuration']) {
        const response = await fetch(`${subject.base}/${path}`, {
          headers: { origin: 'https://app.example' },
        })
        const allowed = response.headers.get('access-control-allow-origin')
        expect(allowed === '*' || allowed === 'https://app.example', `${path} allows ${allowed}`)
      }
    },
  ),
]
