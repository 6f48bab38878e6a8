import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { Browser } from './browser.ts'
import { addPeople, launch, patient, publicApp, read, redeem, startSmartServer } from './smart-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startSmartServer()
  await addPeople(server)
  const post_logout_redirect_uris = ['https://app.example/bye']
  await server.app.authorization.clients.save('public-app', { ...publicApp, post_logout_redirect_uris })
})
afterAll(() => server.close())

const scope = 'openid launch/patient online_access patient/*.rs'
const asAnna = { clientId: 'public-app', scope, account: patient.id }

async function start() {
  const browser = new Browser()
  const tokens = await redeem(server, 'public-app', await launch(server, asAnna, browser))
  const ask = (more: Record<string, string> = {}) =>
    browser.get(
      `${server.origin}/oauth/end-session?${new URLSearchParams({ id_token_hint: tokens.id_token ?? '', ...more })}`,
    )
  const confirm = (form: Record<string, string>) =>
    browser.post(`${server.origin}/oauth/end-session/confirm`, form)
  const status = async () => (await read(`${server.base}/Patient/anna`, tokens.access_token)).status
  return { ask, confirm, status }
}

const xsrfOf = (page: string) => /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? ''

test('an app’s user is asked, and led back to the app that has registered the way', async () => {
  const { ask, confirm, status } = await start()
  const page = await ask({ post_logout_redirect_uri: 'https://app.example/bye', state: 's' })
  expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://app.example")
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(page.headers.get('x-frame-options')).toBe('DENY')
  expect(await status()).toBe(200)
  const end = await confirm({ xsrf: xsrfOf(await page.text()), logout: 'yes' })
  expect(end.headers.get('location')).toBe('https://app.example/bye?state=s')
  expect(await status()).toBe(401)
})

test.each([
  ['https://evil.example/'],
  ['https://app.example/bye/../evil'],
  ['https://app.example/bye?x=1'],
  ['javascript:alert(1)'],
])('nobody is led to %s', async (address) => {
  const { ask, status } = await start()
  const page = await ask({ post_logout_redirect_uri: address })
  expect(page.status).toBe(400)
  expect(page.headers.get('location')).toBeNull()
  expect(await page.text()).not.toContain('name="xsrf"')
  expect(await status()).toBe(200)
})

test('nobody is signed out by a forged form, or by being led to the page', async () => {
  const { ask, confirm, status } = await start()
  expect((await confirm({ logout: 'yes' })).status).toBe(400)
  expect(await status()).toBe(200)
  await ask()
  expect((await confirm({ xsrf: 'guessed', logout: 'yes' })).status).toBe(400)
  expect(await status()).toBe(200)
})

test('a page that refuses speaks the language of its reader and is styled by this server alone', async () => {
  const response = await fetch(`${server.origin}/oauth/end-session?id_token_hint=nonsense`, {
    headers: { accept: 'text/html', 'accept-language': 'de' },
  })
  expect(response.status).toBe(400)
  expect(response.headers.get('content-security-policy')).toContain("style-src 'self'")
  expect(await response.text()).toContain('Hier geht es nicht weiter')
})
