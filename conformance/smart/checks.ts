import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Check, type Course, type Discovery, expect, need, type Tokens } from './check.ts'
import {
  assertionForm,
  authorizeUrl,
  obtainCode,
  post,
  readTokens,
  redeemForm,
  scopes,
  statusOf,
} from './flow.ts'

/** In the order of the public suites: ../shared checklist, section O. */
export const checks: readonly Check[] = [
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
  check('SMART-040 080 083 085', 'standalone', 'a public app gets its tokens', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const arrived = await obtainCode(course, app)
    course.tokens.public = await readTokens(
      await post(course.discovery.token_endpoint, { ...redeemForm(app, arrived), client_id: app.clientId }),
    )
  }),
  check(
    'SMART-022',
    'standalone',
    'the token endpoint may be called by the app’s page, in success and in error',
    async (course) => {
      const origin = 'https://app.example'
      const response = await post(
        course.discovery.token_endpoint,
        { grant_type: 'authorization_code', code: 'x' },
        { origin },
      )
      expect(
        ['*', origin].includes(response.headers.get('access-control-allow-origin') ?? ''),
        'no CORS on an error',
      )
    },
  ),
  check('SMART-100', 'standalone', 'a confidential app gets its tokens with its secret', async (course) => {
    const app = need(course.subject.apps.symmetric, 'no app with a secret')
    const headers = { authorization: `Basic ${btoa(`${app.clientId}:${app.secret}`)}` }
    const form = redeemForm(app, await obtainCode(course, app))
    course.tokens.symmetric = await readTokens(await post(course.discovery.token_endpoint, form, headers))
  }),
  check('SMART-102', 'standalone', 'a confidential app gets its tokens with its key', async (course) => {
    const app = need(course.subject.apps.asymmetric, 'no app with keys')
    const form = redeemForm(app, await obtainCode(course, app))
    const { token_endpoint: endpoint } = course.discovery
    course.tokens.asymmetric = await readTokens(
      await post(endpoint, { ...form, ...(await assertionForm(app, endpoint)) }),
    )
  }),
  check(
    'SMART-067 088',
    'standalone',
    'the patient is told, and every scope that was granted',
    async (course) => {
      const tokens = first(course)
      expect(/^[A-Za-z0-9.-]{1,64}$/.test(tokens.patient ?? ''), 'patient is no id')
      expect(
        (await statusOf(course, `Patient/${tokens.patient}`, tokens.access_token)) === 200,
        'the patient cannot be read',
      )
      for (const scope of scopes.split(' '))
        expect(tokens.scope.split(' ').includes(scope), `${scope} is not listed`)
    },
  ),
  check(
    'SMART-150 151 152 153 155',
    'id token',
    'it verifies, and says where the record of who signed in is',
    async (course) => {
      const tokens = first(course)
      const { issuer = '' } = course.discovery
      const about = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<
        string,
        string
      >
      expect(about.issuer === issuer, 'the issuer calls itself otherwise')
      const keys = createRemoteJWKSet(new URL(about.jwks_uri ?? ''))
      const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? '', keys, { issuer })
      expect(protectedHeader.alg === 'RS256', 'it is not RS256')
      expect(typeof payload.sub === 'string' && payload.sub.length < 256, 'sub is missing or too long')
      const user = String(payload.fhirUser)
      expect(
        /(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\/[^/]+$/.test(user),
        'fhirUser is no person',
      )
      const address = URL.canParse(user) ? user : `${course.subject.base}/${user}`
      const read = await fetch(address, { headers: { authorization: `Bearer ${tokens.access_token}` } })
      expect(read.status === 200, `fhirUser cannot be read: ${read.status}`)
    },
  ),
  check(
    'SMART-132 133 136',
    'refresh',
    'it works without and with scopes, and a token once',
    async (course) => {
      const app = need(course.subject.apps.public, 'no public app')
      const tokens = need(course.tokens.public, 'no tokens of the public app')
      const refresh = (token: string, more = {}) =>
        post(course.discovery.token_endpoint, {
          grant_type: 'refresh_token',
          refresh_token: token,
          client_id: app.clientId,
          ...more,
        })
      const second = await readTokens(await refresh(tokens.refresh_token ?? ''))
      const third = await readTokens(await refresh(second.refresh_token ?? '', { scope: second.scope }))
      expect(third.scope === second.scope, 'the scope became another')
      course.tokens.public = {
        ...third,
        ...(tokens.id_token === undefined ? {} : { id_token: tokens.id_token }),
      }
      expect(
        [400, 401].includes((await refresh('never-given-out')).status),
        'an unknown refresh token was taken',
      )
    },
  ),
  check('SMART-060 061 062', 'EHR launch', 'a launch gives its patient, once', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const launch = await need(course.subject.launch, 'nobody launches')()
    const changes = { launch, scope: 'launch openid fhirUser patient/*.rs' }
    const arrived = await obtainCode(course, app, changes)
    course.tokens.launched = await readTokens(
      await post(course.discovery.token_endpoint, { ...redeemForm(app, arrived), client_id: app.clientId }),
    )
    expect(course.tokens.launched.patient !== undefined, 'the launch gave no patient')
    const again = await need(course.subject.visit, 'nobody plays the user')(
      authorizeUrl(course, app, changes).url,
      {},
    )
    expect(!again.searchParams.has('code'), 'the launch was good twice')
  }),
  check('SMART-120 122 123', 'backend', 'a service gets a short token for its scopes', async (course) => {
    const app = need(course.subject.apps.backend, 'no backend service')
    const { token_endpoint: endpoint } = course.discovery
    const form = {
      grant_type: 'client_credentials',
      scope: app.scope,
      ...(await assertionForm(app, endpoint)),
    }
    const tokens = await readTokens(await post(endpoint, form))
    expect(tokens.expires_in <= 300, 'it lives longer than five minutes')
    expect(tokens.refresh_token === undefined, 'it can be refreshed')
    const again = await post(endpoint, form)
    expect([400, 401].includes(again.status), 'an assertion was good twice')
  }),
  check(
    'SMART-103 110 121',
    'backend',
    'another grant type and a bad assertion are refused',
    async (course) => {
      const app = need(course.subject.apps.backend, 'no backend service')
      const { token_endpoint: endpoint } = course.discovery
      const form = { scope: app.scope, ...(await assertionForm(app, endpoint)) }
      expect(
        (await post(endpoint, { ...form, grant_type: 'not_a_grant_type' })).status === 400,
        'grant_type was taken',
      )
      const bad = {
        ...form,
        grant_type: 'client_credentials',
        client_assertion_type: 'not_an_assertion_type',
      }
      expect([400, 401].includes((await post(endpoint, bad)).status), 'the assertion type was taken')
      const forged = { ...form, grant_type: 'client_credentials', client_assertion: 'a.b.c' }
      expect([400, 401].includes((await post(endpoint, forged)).status), 'a forged assertion was taken')
    },
  ),
  check(
    'SMART-141 142 143 144',
    'introspection',
    'it tells of a good token, and nothing of a bad one',
    async (course) => {
      const endpoint = need(course.discovery.introspection_endpoint, 'no introspection')
      const tokens = first(course)
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      const told = (await (await post(endpoint, { token: tokens.access_token }, headers)).json()) as Record<
        string,
        unknown
      >
      expect(
        told.active === true && told.patient === tokens.patient,
        'the token is not active, or of another patient',
      )
      expect(sorted(String(told.scope)) === sorted(tokens.scope), 'the scopes differ')
      const unknown = await (await post(endpoint, { token: 'invalid_token_value' }, headers)).json()
      expect(JSON.stringify(unknown) === '{"active":false}', 'it says more than inactive')
    },
  ),
  check('SMART-043', 'refusals', 'a wrong aud gives no code', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const { url } = authorizeUrl(course, app, { aud: 'https://elsewhere.example/fhir' })
    const response = await fetch(url, { redirect: 'manual' })
    const location = response.headers.get('location') ?? ''
    expect(!/[?&]code=/.test(location), 'a code was given')
    expect(response.status >= 400 || /[?&]error=/.test(location), 'the request went on')
  }),
  check('SMART-042', 'refusals', 'nobody is sent to an address that is not registered', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const { url } = authorizeUrl(course, app, { redirect_uri: 'https://evil.example/' })
    const response = await fetch(url, { redirect: 'manual' })
    expect(
      !(response.headers.get('location') ?? '').startsWith('https://evil.example'),
      'the browser was sent there',
    )
  }),
  check('SMART-081 082', 'refusals', 'a code needs its verifier and its app', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const { token_endpoint: endpoint } = course.discovery
    for (const change of [
      { code_verifier: '' },
      { code_verifier: 'a'.repeat(43) },
      { code: 'wrong' },
      { client_id: 'wrong' },
    ]) {
      const form = { ...redeemForm(app, await obtainCode(course, app)), client_id: app.clientId, ...change }
      const { status } = await post(endpoint, form)
      expect([400, 401].includes(status), `${JSON.stringify(change)} was answered ${status}`)
    }
  }),
  check(
    'SMART-052 089 172',
    'limited',
    'what the user leaves out is neither granted nor given',
    async (course) => {
      const app = need(course.subject.apps.public, 'no public app')
      const agree = ['launch/patient', 'patient/Patient.rs']
      const scope = 'launch/patient patient/Patient.rs patient/Observation.rs'
      const arrived = await obtainCode(course, app, { scope }, { agree })
      const tokens = await readTokens(
        await post(course.discovery.token_endpoint, { ...redeemForm(app, arrived), client_id: app.clientId }),
      )
      expect(!tokens.scope.includes('Observation'), 'Observation was granted')
      expect(
        (await statusOf(course, `Patient/${tokens.patient}`, tokens.access_token)) === 200,
        'the patient cannot be read',
      )
      const status = await statusOf(course, `Observation?patient=${tokens.patient}`, tokens.access_token)
      expect([401, 403].includes(status), `Observation was answered ${status}`)
    },
  ),
  check('SMART-170', 'limited', 'nothing is given without a token', async (course) => {
    const patient = course.tokens.public?.patient ?? '1'
    expect((await statusOf(course, `Patient/${patient}`)) === 401, 'a read without a token was answered')
  }),
  check('SMART-162', 'v1', 'SMART 1.0’s scopes are granted as they are written', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const scope = 'launch/patient patient/Patient.read'
    const arrived = await obtainCode(course, app, { scope })
    const form = { ...redeemForm(app, arrived), client_id: app.clientId }
    const tokens = await readTokens(await post(course.discovery.token_endpoint, form))
    expect(sorted(tokens.scope) === sorted(scope), `granted was ${tokens.scope}`)
    expect(
      (await statusOf(course, `Patient/${tokens.patient}`, tokens.access_token)) === 200,
      'the patient cannot be read',
    )
  }),
  check('SMART-090 179', 'granular', 'a narrowed scope is granted as it is, and holds', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const category = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory'
    const scope = `launch/patient patient/Patient.rs patient/Observation.rs?category=${category}`
    const arrived = await obtainCode(course, app, { scope })
    const form = { ...redeemForm(app, arrived), client_id: app.clientId }
    const tokens = await readTokens(await post(course.discovery.token_endpoint, form))
    expect(!tokens.scope.split(' ').includes('patient/Observation.rs'), 'the whole type was granted')
    const path = `Observation?patient=${tokens.patient}`
    const found = await fetch(`${course.subject.base}/${path}`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const { entry = [] } = (await found.json()) as {
      entry?: { resource: { category?: { coding?: { code?: string }[] }[] } }[]
    }
    const all = entry.every(({ resource }) =>
      resource.category?.some(({ coding }) => coding?.some(({ code }) => code === 'laboratory')),
    )
    expect(all, 'an observation of another category came back')
  }),
  check('SMART-138', 'revocation', 'what the user takes back ends at once', async (course) => {
    const app = need(course.subject.apps.public, 'no public app')
    const tokens = need(course.tokens.public, 'no tokens of the public app')
    await need(course.subject.withdraw, 'nobody takes anything back')(tokens)
    const status = await statusOf(course, `Patient/${tokens.patient}`, tokens.access_token)
    expect([401, 403, 404].includes(status), `a read was answered ${status}`)
    const form = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      client_id: app.clientId,
    }
    expect(
      [400, 401].includes((await post(course.discovery.token_endpoint, form)).status),
      'it could be refreshed',
    )
  }),
]

function check(ids: string, group: string, sentence: string, run: Check['run']): Check {
  return { ids, group, sentence, run }
}

function first({ tokens }: Course): Tokens {
  return need(tokens.public ?? tokens.symmetric ?? tokens.asymmetric, 'no tokens were given before')
}

function sorted(scope: string): string {
  return scope.split(' ').toSorted().join(' ')
}
