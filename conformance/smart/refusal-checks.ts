import { type Check, check, expect, need, sorted } from './check.ts'
import { authorizeUrl, obtainCode, post, readTokens, redeemForm, statusOf } from './flow.ts'

/** What must not be given, and what must end. */
export const refusalChecks: readonly Check[] = [
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
