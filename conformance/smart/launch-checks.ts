import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Check, check, expect, first, need, sorted } from './check.ts'
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

/** The ways to tokens, and what comes with them. */
export const launchChecks: readonly Check[] = [
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
]
