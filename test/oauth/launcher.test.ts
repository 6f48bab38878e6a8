import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PeopleServer, startPeopleServer } from '../support/people.ts'
import { Browser } from './browser.ts'
import { startSmartServer } from './smart-server.ts'

const app = {
  client_id: 'growth-chart',
  client_name: 'Growth Chart',
  redirect_uris: ['http://127.0.0.1:9999/app.html'],
  launch_uris: ['http://127.0.0.1:9999/launch.html'],
  token_endpoint_auth_method: 'none',
}

let server: PeopleServer
beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())

test('the demo opens an app as a chosen practitioner, for a chosen patient', async () => {
  await server.app.authorization.clients.save(app.client_id, app)
  const adams = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
  const browser = new Browser()
  const page = await (await browser.get(`${server.origin}/oauth/launcher`)).text()
  expect(page).toContain('Growth Chart')
  expect(page).toContain(adams.name)
  const patient = /name="patient"[^>]*><option value="([^"]+)"/.exec(page)?.[1] ?? ''
  const form = { client_id: app.client_id, account: adams.id, patient }
  const foreign = await browser.post(`${server.origin}/oauth/launcher`, form, {
    origin: 'https://evil.example',
  })
  expect(foreign.status).toBe(403)
  const opened = await browser.post(`${server.origin}/oauth/launcher`, form, { origin: server.origin })
  const location = new URL(opened.headers.get('location') ?? '')
  expect(location.origin + location.pathname).toBe('http://127.0.0.1:9999/launch.html')
  expect(location.searchParams.get('iss')).toBe(server.base)
  const taken = await server.app.authorization.launches.take(
    location.searchParams.get('launch') ?? '',
    app.client_id,
    'main',
  )
  expect(taken).toMatchObject({ accountId: adams.id, context: { patient } })
  expect(browser.cookieNames().some((name) => name.startsWith('almanac_session'))).toBe(true)
})

test('outside of the demo there is no such page', async () => {
  await using clinic = await startSmartServer()
  expect((await fetch(`${clinic.origin}/oauth/launcher`)).status).toBe(404)
})
