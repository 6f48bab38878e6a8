import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../../src/oauth/pages/routes.ts'
import {
  type AskedApp,
  authorizePath,
  type PeopleServer,
  type Person,
  registerApp,
  signIn,
  startPeopleServer,
} from '../../support/people.ts'
import { codeOf, type Visitor } from '../../support/visitor.ts'

let server: PeopleServer
let app: AskedApp
let admin: Person
let signedIn: Visitor
beforeAll(async () => {
  server = await startPeopleServer()
  app = await registerApp(server)
  admin = await server.person({ name: 'Ada Admin', roles: ['clinic-admin'] })
  signedIn = server.visitor()
  await signedIn.get('/oauth/sign-in')
  await signIn(signedIn, admin)
})
afterAll(() => server.close())

const addresses = (method: string) =>
  routes
    .filter((route) => route.method === method)
    .map(({ path }) => path.source.replaceAll('\\/', '/').replace(/^\^|\$$/g, ''))
    .map((path) => path.replace('([\\w-]+)', 'main').replace('[\\w-]+', 'aaaaaaaaaaaaaaaaaaaaa'))

/** That the form at this address would have: of the session where it needs one. */
const token = async (visitor: Visitor, path = '/oauth/account'): Promise<string> => {
  await visitor.get(/^\/oauth\/(account|admin)/.test(path) ? '/oauth/account/connect' : '/oauth/sign-in')
  return visitor.forms[0]?.fields.get('form_token') ?? ''
}

describe.each(addresses('POST'))('a form sent to %s', (path) => {
  test.each([
    ['without its token', async () => ({})],
    [
      'with the token of another browser',
      async () => {
        const other = server.visitor()
        await other.get('/oauth/sign-in')
        return { form_token: other.form('/oauth/sign-in').fields.get('form_token') ?? '' }
      },
    ],
    ['with an empty token', async () => ({ form_token: '' })],
  ])('%s is refused', async (_, fields) => {
    const sent = await signedIn.post({ action: path, fields: new URLSearchParams() }, await fields())
    expect(sent.status).toBe(403)
  })

  test('by another site is refused, whatever it brings', async () => {
    const fields = { form_token: await token(signedIn, path) }
    const form = { action: path, fields: new URLSearchParams() }
    expect((await signedIn.post(form, fields, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await signedIn.post(form, fields, { 'Sec-Fetch-Site': 'same-site' })).status).toBe(403)
  })
})

test('an old browser that says no more than its Origin is held to that', async () => {
  const form = { action: '/oauth/account/sign-out', fields: new URLSearchParams() }
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Cookie: '',
    Origin: 'https://evil.example',
  }
  headers.Cookie = [...signedIn.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const body = new URLSearchParams({ form_token: await token(signedIn) })
  const sent = await fetch(server.origin + form.action, { method: 'POST', headers, body, redirect: 'manual' })
  expect(sent.status).toBe(403)
})

test('the right token of the right browser gets through: the refusals above are about the token', async () => {
  const sent = await signedIn.post(
    { action: '/oauth/account/revoke', fields: new URLSearchParams() },
    { form_token: await token(signedIn), grant: 'none' },
  )
  expect(sent.status).toBe(303)
})

test('a form larger than any is refused before it is read whole', async () => {
  const form = { action: '/oauth/sign-in', fields: new URLSearchParams() }
  expect((await signedIn.post(form, { email: 'x'.repeat(70_000) })).status).toBe(413)
})

test('what is left of a form that is too long does not keep the next request of its connection waiting', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (email: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const sent = request(`${server.origin}/oauth/sign-in`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      })
      sent.on('error', reject).end(`email=${email}`)
    })
  expect(await post('x'.repeat(1_000_000))).toBe(413)
  expect(await post('x')).toBe(403)
  agent.destroy()
})

test('a form in another shape is refused', async () => {
  const sent = await fetch(`${server.origin}/oauth/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  })
  expect(sent.status).toBe(415)
})

describe.each([...addresses('GET'), '/dev/mail'])('the page %s', (path) => {
  test('cannot be put in a frame, loads nothing from elsewhere, and is kept by no cache', async () => {
    const { headers } = await signedIn.get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('has no script and no style of its own', async () => {
    const { text } = await signedIn.get(path)
    expect(text).not.toMatch(/<script(?![^>]*\bsrc="\/oauth\/assets\/)/)
    expect(text).not.toMatch(/<style|\sstyle="|\son[a-z]+="/)
  })
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/oauth/interaction/../../evil',
  '/oauth/account@evil.example',
  '/oauth/account/\n//evil.example',
  'javascript:alert(1)',
  '/fhir/Patient',
])('signing in never ends at %j, which a link brought along', async (go) => {
  const visitor = server.visitor()
  await visitor.get(`/oauth/sign-in?${new URLSearchParams({ go })}`)
  expect(visitor.form('/oauth/sign-in').fields.get('go')).toBe('/oauth/account')
  const { email } = await server.person({ roles: ['patient'] })
  await visitor.post(visitor.form('/oauth/sign-in'), { email, go })
  await visitor.follow('/oauth/sign-in/mail')
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(email)) })
  expect(visitor.sheet.url).toBe(`${server.origin}/oauth/account`)
})

test('what people type stands in a page as text', async () => {
  const visitor = server.visitor()
  await visitor.get('/oauth/sign-in')
  const sent = await visitor.post(visitor.form('/oauth/sign-in'), { email: '"><script>alert(1)</script>' })
  expect(sent.text).not.toContain('<script>alert')
  expect(sent.text).toContain('&lt;script&gt;')
})

test('a cookie planted in a browser is worth nothing once its owner has signed in', async () => {
  const { email } = await server.person({ roles: ['patient'] })
  const attacker = server.visitor()
  await attacker.get('/oauth/sign-in')
  await attacker.submit('/oauth/sign-in', { email: (await server.person({ roles: ['patient'] })).email })
  const victim = server.visitor()
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
  await victim.get('/oauth/sign-in')
  await victim.submit('/oauth/sign-in', { email })
  await victim.submit('/oauth/sign-in/code', { code: codeOf(await victim.letter(email)) })
  expect(victim.sheet.text).toContain(email)
  for (const path of ['/oauth/account', '/oauth/sign-in/second', '/oauth/sign-in/register']) {
    await attacker.follow(path)
    expect(attacker.sheet.text).not.toContain(email)
  }
})

test('a session planted in a browser is not the one that its owner signs in to', async () => {
  const attacker = server.visitor()
  await attacker.get('/oauth/sign-in')
  await signIn(attacker, await server.person({ roles: ['patient'] }))
  const { email } = await server.person({ roles: ['patient'] })
  const victim = server.visitor()
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
  await victim.get('/oauth/sign-in')
  await victim.submit('/oauth/sign-in', { email })
  await victim.submit('/oauth/sign-in/code', { code: codeOf(await victim.letter(email)) })
  await victim.get('/oauth/account')
  expect(victim.sheet.text).toContain(email)
  await attacker.follow('/oauth/account')
  expect(attacker.sheet.text).not.toContain(email)
})

test('a visit that another browser knows half-way cannot be finished there', async () => {
  const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
  const attacker = server.visitor()
  await attacker.get('/oauth/sign-in')
  await attacker.submit('/oauth/sign-in', { email: doctor.email })
  const victim = server.visitor()
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
  await victim.follow('/oauth/sign-in/mail')
  await victim.submit('/oauth/sign-in/code', { code: codeOf(await victim.letter(doctor.email)) })
  expect(victim.sheet.url).toContain('/oauth/sign-in/second')
  await attacker.follow('/oauth/sign-in/second')
  expect(attacker.sheet.url).toBe(`${server.origin}/oauth/sign-in`)
})

test('an authorization request waits for the browser that began it alone', async () => {
  const visitor = server.visitor()
  await visitor.follow(authorizePath(server, app, 'openid patient/Patient.rs').path)
  const other = server.visitor()
  await other.get(new URL(visitor.sheet.url).pathname)
  expect(other.sheet.status).toBe(404)
  expect(other.sheet.text).not.toContain('Calendar of Ada')
})

test('pages of an administrator are for the administrators of that clinic', async () => {
  const desk = await server.person({ roles: ['front-desk'] })
  const visitor = server.visitor()
  await visitor.get('/oauth/sign-in')
  await signIn(visitor, desk)
  const statuses: Record<string, number> = {}
  for (const page of ['invitations', 'claims', 'people', 'apps', 'settings'])
    statuses[page] = (await visitor.get(`/oauth/admin/main/${page}`)).status
  expect(statuses).toEqual({ invitations: 200, claims: 200, people: 403, apps: 403, settings: 403 })
  expect((await visitor.get('/oauth/admin/north/invitations')).status).toBe(403)
  expect((await signedIn.get('/oauth/admin/north/apps')).status).toBe(403)
  expect((await signedIn.get('/oauth/admin/nowhere/apps')).status).toBe(403)
  await visitor.get('/oauth/admin/main/invitations')
  await visitor.submit('/oauth/admin/main/invitations', { role: 'clinic-admin', email: 'me@people.example' })
  expect(visitor.sheet.text).toContain('You may not hand out this role')
})

test('pages speak the language that the browser asks for, or that was chosen', async () => {
  const german = server.visitor({ 'Accept-Language': 'fr;q=0.9, de-AT, en;q=0.5' })
  expect((await german.get('/oauth/sign-in')).text).toContain('<html lang="de">')
  expect((await german.get('/oauth/sign-in?lang=en')).text).toContain('<html lang="en">')
  expect((await german.get('/oauth/sign-in')).text).toContain('<html lang="en">')
  expect((await server.visitor({ 'Accept-Language': 'fr' }).get('/oauth/sign-in')).text).toContain(
    '<html lang="en">',
  )
})
