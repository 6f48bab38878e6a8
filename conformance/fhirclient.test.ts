import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeopleServer, type Person, startPeopleServer, totpNow } from '../test/support/people.ts'
import { codeOf, Visitor } from '../test/support/visitor.ts'

/** SMART's own JavaScript client, in a browser, in an app of two pages; nothing of it knows this server. */
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const library = readFileSync(new URL('../node_modules/fhirclient/build/fhir-client.js', import.meta.url))

const pages: Record<string, string> = {
  '/launch.html': `<script src="fhir-client.js"></script><script>
    const query = new URLSearchParams(location.search)
    FHIR.oauth2.authorize({
      clientId: 'growth-chart', redirectUri: 'app.html', pkceMode: 'required', scope: query.get('scope'),
      ...(query.has('launch') ? {} : { iss: query.get('base') }),
    })</script>`,
  '/bye.html': '<p>Bye</p>',
  '/app.html': `<pre id="told"></pre><script src="fhir-client.js"></script><script>
    FHIR.oauth2.ready().then(async (client) => {
      window.client = client
      const patient = await client.patient.read()
      const user = await client.user.read()
      const found = await client.request('Observation?patient=' + client.patient.id + '&_count=2', { pageLimit: 0, flat: true })
      return { patient: patient.id, user: user.resourceType + '/' + user.id, observations: found.length,
        scope: client.state.tokenResponse.scope, encounter: client.encounter.id, banner: client.state.tokenResponse.need_patient_banner }
    }).then((told) => { document.getElementById('told').textContent = JSON.stringify(told) },
            (error) => { document.getElementById('told').textContent = JSON.stringify({ error: String(error) }) })</script>`,
}

const app = createServer((req, res) => {
  const path = new URL(req.url ?? '/', 'http://app').pathname
  if (path === '/fhir-client.js') res.end(library)
  else
    res
      .setHeader('Content-Type', 'text/html')
      .end(`<!doctype html><title>Growth chart</title>${pages[path] ?? ''}`)
})

describe.skipIf(chrome === undefined)('fhirclient in a real browser', () => {
  let server: PeopleServer
  let browser: Browser
  let origin: string
  let anna: Person
  let adams: Person

  beforeAll(async () => {
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    server = await startPeopleServer()
    await server.app.authorization.clients.save('growth-chart', {
      client_id: 'growth-chart',
      client_name: 'Growth Chart',
      redirect_uris: [`${origin}/app.html`],
      launch_uris: [`${origin}/launch.html`],
      post_logout_redirect_uris: [`${origin}/bye.html`],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const token = await server.token({ scope: 'system/*.cruds' })
    for (const resource of [
      { resourceType: 'Practitioner', id: 'adams', name: [{ family: 'Adams' }] },
      { resourceType: 'Patient', id: 'anna', name: [{ family: 'Svoboda' }] },
      ...[1, 2, 3, 4, 5].map((number) => ({
        resourceType: 'Observation',
        id: `height-${number}`,
        status: 'final',
        code: { text: 'body height' },
        subject: { reference: 'Patient/anna' },
      })),
    ]) {
      await fetch(`${server.base}/${resource.resourceType}/${resource.id}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify(resource),
      })
    }
    anna = await server.person({ roles: ['patient'], fhirUser: 'Patient/anna' })
    adams = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/adams' })
    browser = await chromium.launch({ executablePath: chrome as string, args: ['--no-sandbox'] })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    app.close()
  })

  async function signInAndAllow(page: Page, person: Person): Promise<void> {
    const letters = new Visitor(server.origin)
    const before = await letters.newestLetter(person.email)
    await page.fill('#email', person.email)
    await page.keyboard.press('Enter')
    const letter = await letters.letter(person.email, /\d{4} \d{4}/, before)
    await page.fill('#code', codeOf(letter))
    await page.keyboard.press('Enter')
    if (person.totp !== undefined) {
      await page.fill('form[action*=totp] input[name=code]', totpNow(person.totp))
      await page.keyboard.press('Enter')
    }
    await page.click('button[value=allow]')
    await page.waitForURL(`${origin}/app.html**`)
  }

  async function told(page: Page): Promise<Record<string, unknown>> {
    await page.waitForFunction(`document.getElementById('told').textContent !== ''`)
    return JSON.parse((await page.textContent('#told')) ?? '{}')
  }

  test('a patient opens the app, and it reads, searches, turns pages, refreshes and loses its access at sign-out', async () => {
    const page = await (await browser.newContext()).newPage()
    const scope = 'launch/patient openid fhirUser offline_access patient/*.rs'
    await page.goto(`${origin}/launch.html?${new URLSearchParams({ base: server.base, scope })}`)
    await signInAndAllow(page, anna)
    expect(await told(page)).toMatchObject({ patient: 'anna', user: 'Patient/anna', observations: 5 })
    const refreshed = await page.evaluate(`(async () => {
      const before = client.state.tokenResponse.access_token
      await client.refresh()
      const patient = await client.patient.read()
      return { patient: patient.id, renewed: client.state.tokenResponse.access_token !== before }
    })()`)
    expect(refreshed).toEqual({ patient: 'anna', renewed: true })
    await server.app.authorization.grants.revokeAll(anna.id)
    const after = await page.evaluate(`client.patient.read({}).then(() => 'read', (error) => error.message)`)
    expect(after).not.toBe('read')
  }, 120_000)

  test('a practitioner opens the app out of an EHR, for the patient at hand', async () => {
    const page = await (await browser.newContext()).newPage()
    const launch = await server.app.authorization.launches.add({
      clinic: 'main',
      clientId: 'growth-chart',
      fhirUser: 'Practitioner/adams',
      context: { patient: 'anna', need_patient_banner: false },
    })
    const scope = 'launch openid fhirUser online_access patient/*.rs user/Practitioner.rs'
    await page.goto(`${origin}/launch.html?${new URLSearchParams({ iss: server.base, launch, scope })}`)
    await signInAndAllow(page, adams)
    expect(await told(page)).toMatchObject({
      patient: 'anna',
      user: 'Practitioner/adams',
      observations: 5,
      banner: false,
    })
  }, 120_000)

  test('whoever signs out at the app’s wish loses it at once, and is asked who they are the next time', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const scope = 'launch/patient openid fhirUser online_access patient/*.rs'
    const start = `${origin}/launch.html?${new URLSearchParams({ base: server.base, scope })}`
    await page.goto(start)
    await server.query('delete from sign_in_visit', [])
    await signInAndAllow(page, anna)
    expect(await told(page)).toMatchObject({ patient: 'anna' })
    const read = () => page.evaluate(`client.patient.read({}).then(() => 'read', (error) => error.message)`)
    expect(await read()).toBe('read')
    const token = await page.evaluate('client.state.tokenResponse.access_token')
    const hint = String(await page.evaluate('client.state.tokenResponse.id_token'))
    const discovery = await fetch(`${server.origin}/oauth/.well-known/openid-configuration`)
    const { end_session_endpoint: end } = (await discovery.json()) as Record<string, string>
    const back = { id_token_hint: hint, post_logout_redirect_uri: `${origin}/bye.html`, state: 'so-long' }
    const blocked: string[] = []
    page.on('console', (message) => message.type() === 'error' && blocked.push(message.text()))
    await page.goto(`${end}?${new URLSearchParams(back)}`)
    expect(await page.textContent('h1')).toBe('Sign out?')
    await page.click('button[value=yes]')
    await page.waitForURL(`${origin}/bye.html**`)
    expect(new URL(page.url()).searchParams.get('state')).toBe('so-long')
    expect(blocked).toEqual([])
    const after = await fetch(`${server.base}/Patient/anna`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(after.status).toBe(401)
    await page.goto(`${end}?${new URLSearchParams(back)}`)
    expect(await page.textContent('main')).toContain('Nobody is signed in')
    await page.click('button[value=yes]')
    await page.waitForURL(`${origin}/bye.html**`)
    await page.goto(start)
    await page.waitForSelector('#email')
    await context.close()
  }, 120_000)
})
