import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  authorizePath,
  exchangeCode,
  type PeopleServer,
  type Person,
  registerApp,
  signIn,
  startPeopleServer,
  totpNow,
} from '../../support/people.ts'
import { codeOf, linkOf, type Visitor } from '../../support/visitor.ts'

let server: PeopleServer
let admin: Visitor
beforeAll(async () => {
  server = await startPeopleServer({ timeZone: 'Europe/Prague' })
  admin = server.visitor()
  await admin.get('/oauth/sign-in')
  await signIn(admin, await server.person({ name: 'Ada Admin', roles: ['clinic-admin'] }))
})
afterAll(() => server.close())

const address = () => `guest-${randomUUID().slice(0, 8)}@people.example`

async function signedIn(person: Person): Promise<Visitor> {
  const visitor = server.visitor()
  await visitor.get('/oauth/sign-in')
  await signIn(visitor, person)
  return visitor
}

async function inviting(fields: Record<string, string>): Promise<void> {
  await admin.get('/oauth/admin/main/invitations')
  await admin.submit('/oauth/admin/main/invitations', { reference: '', name: '', email: '', ...fields })
}

async function audited(subtype: string): Promise<string> {
  const token = await server.token({ scope: 'system/*.rs' })
  const found = await fetch(`${server.base}/AuditEvent?subtype=${subtype}&_count=100`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  return found.text()
}

test.each([
  ['en', /Since \w+ \d+, \d{4}, [\d:]+\s[AP]M GMT\+[12], until/],
  ['de', /Seit \d+\. \S+ \d{4}, [\d:]+ ME[SZ]+, bis/],
])('times are those of the clinic, and say so (%s)', async (language, told) => {
  const visitor = server.visitor({ 'accept-language': language })
  await visitor.get('/oauth/sign-in')
  await signIn(visitor, await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' }))
  await visitor.get('/oauth/account')
  expect(visitor.sheet.text).toMatch(told)
  await visitor.get('/dev/mail')
  expect(visitor.sheet.text).toMatch(/<time [^>]+>[^<]+GMT\+[12]</)
})

describe('an invitation', () => {
  test('by letter makes somebody staff, who sets up a second step first', async () => {
    const email = address()
    await inviting({ role: 'practitioner', reference: 'Practitioner/dr-novak', name: 'Jan Novák', email })
    expect(admin.sheet.text).toContain('The invitation is on its way')
    const guest = server.visitor()
    await guest.get(linkOf(await guest.letter(email)))
    expect(guest.sheet.text).toContain('Almanac Demo Clinic')
    await guest.submit('/oauth/invitation')
    expect(guest.sheet.url).toContain('/oauth/sign-in/second')
    const secret = (/class="secret">([A-Z2-7 ]+)</.exec(guest.sheet.text)?.[1] ?? '').replaceAll(' ', '')
    await guest.submit('/oauth/sign-in/set-up', { code: totpNow(secret) })
    expect(guest.sheet.text).toContain('Jan Novák')
    const account = await server.accounts.findByEmail(email)
    expect(account?.memberships).toEqual([
      { tenant: 'main', fhirUser: 'Practitioner/dr-novak', roles: ['practitioner'] },
    ])
    expect(await audited('110136')).toContain(account?.id)
  })

  test('is good once', async () => {
    const email = address()
    await inviting({ role: 'front-desk', email })
    const guest = server.visitor()
    const link = linkOf(await guest.letter(email))
    await guest.get(link)
    const form = guest.form('/oauth/invitation')
    expect((await guest.post(form)).status).toBe(303)
    expect((await guest.get(link)).status).toBe(410)
    await guest.post(form)
    expect(guest.sheet.headers.get('location')).toBe('/oauth/invitation')
  })

  test('is over after a week, and when it is withdrawn', async () => {
    const [late, withdrawn] = [address(), address()]
    for (const email of [late, withdrawn]) await inviting({ role: 'front-desk', email })
    const guest = server.visitor()
    await server.query(`update invitation set expires = now() where email = $1`, [late])
    expect((await guest.get(linkOf(await guest.letter(late)))).status).toBe(410)
    const [{ id } = { id: '' }] = await server.query<{ id: string }>(
      'select id from invitation where email = $1',
      [withdrawn],
    )
    await admin.get('/oauth/admin/main/invitations')
    await admin.post(admin.form('/invitations/withdraw'), { id })
    expect((await guest.get(linkOf(await guest.letter(withdrawn)))).status).toBe(410)
  })

  test.each([
    [
      'a practitioner who is nobody of the clinic',
      { role: 'practitioner', reference: 'Practitioner/nobody', email: 'a@b.example' },
    ],
    [
      'a practitioner who is a patient',
      { role: 'practitioner', reference: 'Patient/patient-1', email: 'a@b.example' },
    ],
    ['a patient who is none', { role: 'patient', email: 'a@b.example' }],
    ['staff on paper', { role: 'front-desk' }],
    ['an address that is none', { role: 'front-desk', email: 'a@b' }],
    ['a role that there is not', { role: 'platform-admin', email: 'a@b.example' }],
  ])('is not made for %s', async (_, fields) => {
    const before = await server.query('select from invitation')
    await inviting(fields)
    expect(admin.sheet.status).toBe(422)
    expect(await server.query('select from invitation')).toHaveLength(before.length)
  })
})

describe('a code on paper', () => {
  let code = ''
  beforeEach(async () => {
    await inviting({ role: 'patient', reference: 'Patient/patient-2' })
    code = /class="secret paper">([A-Z2-9-]+)</.exec(admin.sheet.text)?.[1] ?? ''
  })

  test('connects an account with a record, for who knows the birth date too; once', async () => {
    expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/)
    const person = await server.person({ clinic: 'north', roles: ['patient'] })
    const visitor = await signedIn(person)
    await visitor.get('/oauth/account/connect')
    await visitor.submit('/oauth/account/connect-code', { code, birthDate: '1948-02-16' })
    expect(visitor.sheet.status).toBe(422)
    await visitor.submit('/oauth/account/connect-code', {
      code: code.toLowerCase().replaceAll('-', ' '),
      birthDate: '1948-02-15',
    })
    expect(visitor.sheet.text).toContain('Your account is connected')
    const account = await server.accounts.find(person.id)
    expect(account?.memberships).toContainEqual({
      tenant: 'main',
      fhirUser: 'Patient/patient-2',
      roles: ['patient'],
    })
    const other = await signedIn(await server.person({ clinic: 'north', roles: ['patient'] }))
    await other.get('/oauth/account/connect')
    await other.submit('/oauth/account/connect-code', { code, birthDate: '1948-02-15' })
    expect(other.sheet.status).toBe(422)
  })

  test('is not guessed: after five wrong ones the right one has to wait', async () => {
    const visitor = await signedIn(await server.person({ clinic: 'north', roles: ['patient'] }))
    await visitor.get('/oauth/account/connect')
    for (let tries = 0; tries < 5; tries += 1)
      await visitor.submit('/oauth/account/connect-code', { code: 'AAAA-AAAA-AAAA', birthDate: '1948-02-15' })
    await visitor.submit('/oauth/account/connect-code', { code, birthDate: '1948-02-15' })
    expect(visitor.sheet.text).toContain('Too many tries')
  })

  test('is not kept as it is', async () => {
    const rows = await server.query<{ secret: Buffer }>('select secret from invitation')
    expect(rows.map(({ secret }) => secret.toString('latin1')).join()).not.toContain(code)
  })
})

test('a proxy is invited as the RelatedPerson that the clinic knows, and opens that patient’s record', async () => {
  const token = await server.token({ scope: 'system/*.cruds' })
  await fetch(`${server.base}/RelatedPerson/mother`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'RelatedPerson',
      id: 'mother',
      active: true,
      patient: { reference: 'Patient/patient-9' },
    }),
  })
  const email = address()
  await inviting({ role: 'related-person', reference: 'RelatedPerson/mother', email })
  const guest = server.visitor()
  await guest.get(linkOf(await guest.letter(email)))
  await guest.submit('/oauth/invitation')
  expect(guest.sheet.url).toBe(`${server.origin}/oauth/account`)
  const account = await server.accounts.findByEmail(email)
  expect(await server.accounts.proxies(account?.id ?? '', 'main')).toEqual([
    { patient: 'patient-9', relatedPerson: 'RelatedPerson/mother' },
  ])
})

describe('registration', () => {
  const choose = async (choice: Record<string, string>) => {
    await admin.get('/oauth/admin/main/settings')
    const form = admin.form('/oauth/admin/main/settings')
    form.fields.delete('registration')
    form.fields.delete('passwords')
    await admin.post(form, choice)
    expect(admin.sheet.status).toBe(303)
  }

  test('is closed until a clinic opens it', async () => {
    await choose({})
    const email = address()
    const visitor = server.visitor()
    await visitor.get('/oauth/sign-in')
    await visitor.submit('/oauth/sign-in', { email })
    expect(visitor.sheet.status).toBe(200)
    await visitor.get('/oauth/sign-in/register')
    expect(visitor.sheet.status).toBe(303)
    expect(await server.accounts.findByEmail(email)).toBeUndefined()
  })

  test('proves the address, and connects with no record by itself; the clinic does, when all that is said is true', async () => {
    await choose({ registration: 'on' })
    const email = address()
    const visitor = server.visitor()
    await visitor.get('/oauth/sign-in?clinic=main')
    await visitor.submit('/oauth/sign-in', { email })
    await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(email)) })
    expect(visitor.sheet.url).toContain('/oauth/sign-in/register')
    await visitor.submit('/oauth/sign-in/register', { name: 'Tomáš Müller' })
    expect(visitor.sheet.text).toContain('Not connected with any clinic yet')
    await visitor.get('/oauth/account/connect')
    const claim = { clinic: 'main', identifier: 'A-1003', family: 'Müller', birthDate: '1951-03-15' }
    await visitor.submit('/oauth/account/claim', claim)
    expect(visitor.sheet.text).toContain('Your clinic will look at it')
    const account = await server.accounts.findByEmail(email)
    expect(account?.memberships).toEqual([])
    await admin.get('/oauth/admin/main/claims')
    expect(admin.sheet.text).toContain('Tomáš Müller')
    const form = admin.form('/oauth/admin/main/claims')
    expect(form.fields.get('patient')).toBe('patient-3')
    await admin.post(form, { answer: 'yes', patient: 'patient-4' })
    expect(admin.sheet.status).toBe(422)
    await admin.post(form, { answer: 'yes' })
    expect((await server.accounts.findByEmail(email))?.memberships).toEqual([
      { tenant: 'main', fhirUser: 'Patient/patient-3', roles: ['patient'] },
    ])
    await admin.post(form, { answer: 'yes' })
    expect(admin.sheet.status).toBe(422)
    expect(await visitor.letter(email, /has connected/)).toContain('Almanac Demo Clinic')
  })

  test('who says what is not all true meets the same answer, and the clinic sees that nobody fits', async () => {
    const visitor = await signedIn(await server.person({ clinic: 'north', roles: ['patient'] }))
    await visitor.get('/oauth/account/connect')
    await visitor.submit('/oauth/account/claim', {
      clinic: 'main',
      identifier: 'A-1003',
      family: 'Nobody',
      birthDate: '1951-03-15',
    })
    expect(visitor.sheet.text).toContain('Your clinic will look at it')
    await admin.get('/oauth/admin/main/claims')
    expect(admin.sheet.text).toContain('No patient fits all three')
    const form = admin.form('/oauth/admin/main/claims')
    await admin.post(form, { answer: 'no' })
    expect(admin.sheet.status).toBe(303)
  })

  test('passwords work only where a clinic has turned them on, and slow down', async () => {
    const person = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
    await server.factors.setPassword(person.id, 'five unrelated words here')
    const visitor = server.visitor()
    await choose({ passwords: 'on' })
    await visitor.get('/oauth/sign-in?clinic=main')
    const form = visitor.form('/oauth/sign-in/password')
    const wish = { email: person.email, password: 'five unrelated words here' }
    await choose({})
    await visitor.get('/oauth/sign-in?clinic=main')
    expect(visitor.sheet.text).not.toContain('/oauth/sign-in/password')
    expect((await visitor.post(form, wish)).status).toBe(403)
    await choose({ passwords: 'on' })
    await visitor.post(form, wish)
    expect(visitor.sheet.headers.get('location')).toBe('/oauth/account')
    for (const email of [person.email, address()]) {
      const other = server.visitor()
      await other.get('/oauth/sign-in?clinic=main')
      const door = other.form('/oauth/sign-in/password')
      for (let tries = 0; tries < 5; tries += 1) {
        await other.post(door, { email, password: 'wrong' })
        expect(other.sheet.status).toBe(401)
      }
      await other.post(door, { email, password: 'five unrelated words here' })
      expect(other.sheet.status).toBe(429)
    }
  })

  test('a password alone is not enough for staff, and is judged by its length', async () => {
    await choose({ passwords: 'on' })
    const person = await server.person({ roles: ['front-desk'] })
    const visitor = await signedIn(person)
    await visitor.get('/oauth/account/password')
    await visitor.submit('/oauth/account/password', { password: 'elevenchars' })
    expect(visitor.sheet.status).toBe(422)
    await visitor.submit('/oauth/account/password', { password: 'twelve chars' })
    expect(visitor.sheet.text).toContain('The password is saved')
    const [{ password } = { password: '' }] = await server.query<{ password: string }>(
      'select password from person_account where id = $1',
      [person.id],
    )
    expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const other = server.visitor()
    await other.get('/oauth/sign-in?clinic=main')
    await other.submit('/oauth/sign-in/password', { email: person.email, password: 'twelve chars' })
    expect(other.sheet.url).toContain('/oauth/sign-in/second')
    await other.get('/oauth/account')
    expect(other.sheet.status).toBe(303)
  })
})

describe('an administrator', () => {
  test('registers an app, gives it a new secret, disables and removes it', async () => {
    await admin.get('/oauth/admin/main/apps')
    await admin.submit('/oauth/admin/main/apps', {
      name: 'Referral letters',
      kind: 'secret',
      redirects: 'https://letters.example/back',
    })
    const [, clientId = ''] = /client id: <code class="secret">([\w-]+)</.exec(admin.sheet.text) ?? []
    const [, secret = ''] = /this once: <code class="secret">([\w-]+)</.exec(admin.sheet.text) ?? []
    expect(secret).toMatch(/^[\w-]{43}$/)
    const [row] = await server.query('select metadata from oauth_client where id = $1', [clientId])
    expect(JSON.stringify(row)).not.toContain(secret)

    const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
    const app = { clientId, redirectUri: 'https://letters.example/back' }
    const ask = authorizePath(server, app, 'launch/patient patient/Patient.rs')
    const visitor = server.visitor()
    await visitor.follow(ask.path)
    expect(visitor.sheet.text).toContain('Referral letters')
    await signIn(visitor, patient)
    await visitor.submit('', { answer: 'allow' })
    expect(await exchangeCode(server, app, ask, visitor.sheet.headers.get('location') ?? '')).toMatchObject({
      error: 'invalid_client',
    })

    const change = async (deed: string) => {
      await admin.get('/oauth/admin/main/apps')
      await admin.post(admin.form('/apps/change'), { client: clientId, deed })
    }
    await change('rotate')
    const [, fresh = ''] = /this once: <code class="secret">([\w-]+)</.exec(admin.sheet.text) ?? []
    expect(fresh).toMatch(/^[\w-]{43}$/)
    expect(fresh).not.toBe(secret)
    await change('disable')
    expect((await server.visitor().follow(authorizePath(server, app, 'launch/patient').path)).status).toBe(
      400,
    )
    await change('enable')
    expect((await server.visitor().follow(authorizePath(server, app, 'launch/patient').path)).status).toBe(
      200,
    )
    await change('remove')
    expect((await server.visitor().follow(authorizePath(server, app, 'launch/patient').path)).status).toBe(
      400,
    )
    expect(await audited('client-changed')).toContain(clientId)
  })

  test('registers the clinic’s EHR, which opens apps, as a service', async () => {
    await admin.get('/oauth/admin/main/apps')
    await admin.submit('/oauth/admin/main/apps', {
      name: 'EHR',
      kind: 'backend',
      keys: 'https://ehr.example/jwks',
      scope: '__launch system/Patient.rs',
    })
    expect(admin.sheet.status).toBe(200)
    expect(admin.sheet.text).toContain('>EHR')
  })

  test.each([
    ['without a redirect address', { kind: 'public', redirects: '' }],
    ['with one in the clear', { kind: 'public', redirects: 'http://app.example/back' }],
    ['with a script for one', { kind: 'public', redirects: 'javascript:alert(1)' }],
    ['with a name before the host', { kind: 'public', redirects: 'https://clinic.example@app.example/' }],
    ['with a fragment', { kind: 'public', redirects: 'https://app.example/#x' }],
    [
      'with keys that are private',
      { kind: 'keys', redirects: 'https://app.example/', keys: '{"keys":[{"kty":"EC","kid":"1","d":"x"}]}' },
    ],
    [
      'as a service that asks for a user’s scopes',
      { kind: 'backend', keys: 'https://app.example/jwks', scope: 'user/Patient.rs' },
    ],
    ['as an app that opens others', { kind: 'public', redirects: 'https://app.example/', scope: '__launch' }],
    [
      'for a type that there is not',
      { kind: 'backend', keys: 'https://app.example/jwks', scope: 'system/Nope.rs' },
    ],
    [
      'by letters that are none',
      { kind: 'public', redirects: 'https://app.example/', scope: 'patient/Patient.sr' },
    ],
    [
      'narrowed by what cannot be kept to',
      { kind: 'public', redirects: 'https://app.example/', scope: 'patient/Observation.rs?nope=1' },
    ],
    [
      'with keys fetched in the clear',
      { kind: 'backend', keys: 'http://127.0.0.1/jwks', scope: 'system/Patient.rs' },
    ],
    [
      'as an app with a service’s scopes',
      { kind: 'public', redirects: 'https://app.example/', scope: 'system/Patient.rs' },
    ],
  ])('cannot register an app %s', async (_, fields) => {
    await admin.get('/oauth/admin/main/apps')
    await admin.submit('/oauth/admin/main/apps', { name: 'App', ...fields })
    expect(admin.sheet.status).toBe(422)
  })

  test('changes no app of another clinic, nor one that serves all', async () => {
    for (const [id, clinics] of [
      ['of-north', ['north']],
      ['of-all', undefined],
    ] as const) {
      await server.app.authorization.clients.save(id, {
        client_id: id,
        redirect_uris: ['https://a.example/'],
        token_endpoint_auth_method: 'none',
        ...(clinics === undefined ? {} : { clinics: [...clinics] }),
      })
      await admin.get('/oauth/admin/main/apps')
      const form = { ...admin.form('/oauth/admin/main/apps'), action: '/oauth/admin/main/apps/change' }
      expect((await admin.post(form, { client: id, deed: 'remove' })).status).toBe(403)
    }
    expect(await server.app.authorization.clients.find('of-north')).toBeDefined()
  })

  test('keeps an app that serves all out of their own clinic, at once, and lets it in again', async () => {
    const app = await registerApp(server, 'Serves all')
    const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
    const ask = () => authorizePath(server, app, 'launch/patient offline_access patient/Patient.rs')
    const visitor = server.visitor()
    const first = ask()
    await visitor.follow(first.path)
    await signIn(visitor, patient)
    await visitor.submit('', { answer: 'allow' })
    const back = visitor.sheet.headers.get('location') ?? ''
    const { access_token: token, refresh_token: refresh } = await exchangeCode(server, app, first, back)
    const read = async () =>
      (
        await fetch(`${server.base}/Patient/patient-1`, {
          headers: { Authorization: `Bearer ${String(token)}` },
        })
      ).status
    const change = async (deed: string) => {
      await admin.get('/oauth/admin/main/apps')
      const form = { ...admin.form('/oauth/admin/main/apps'), action: '/oauth/admin/main/apps/change' }
      expect((await admin.post(form, { client: app.clientId, deed })).status).toBe(303)
    }
    const asked = async () => (await server.visitor().follow(ask().path)).headers.get('location') ?? ''

    expect(await read()).toBe(200)
    await change('bar')
    expect(await read()).toBe(401)
    const refreshed = await fetch(`${server.origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: String(refresh),
        client_id: app.clientId,
      }),
    })
    expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' })
    expect(await asked()).toContain('error=invalid_target')
    await admin.get('/oauth/admin/main/apps')
    expect(admin.sheet.text).toContain('kept out')
    const { clients } = server.app.authorization
    expect(await clients.isBarred(app.clientId, 'north')).toBe(false)

    await change('admit')
    expect(await asked()).not.toContain('error=')
    expect(await read()).toBe(401)
    expect(await audited('client-changed')).toContain(app.clientId)
  })

  test('signs people out, resets their second step and takes them out, but nobody of another clinic', async () => {
    const nurse = await server.person({ name: 'Nora Nurse', roles: ['front-desk'] })
    const visitor = await signedIn(nurse)
    const act = async (account: string, deed: string) => {
      await admin.get('/oauth/admin/main/people')
      return admin.post(admin.form('/oauth/admin/main/people'), { account, deed })
    }
    expect((await act(nurse.id, 'reset')).status).toBe(303)
    expect((await visitor.get('/oauth/account')).status).toBe(303)
    expect(await server.factors.of(nurse.id)).toMatchObject({ totp: false })
    expect(await visitor.letter(nurse.email, /has reset/)).toContain('Nora Nurse')
    await server.accounts.join(nurse.id, { tenant: 'north', roles: ['auditor'] })
    expect((await act(nurse.id, 'reset')).status).toBe(403)
    expect((await act(nurse.id, 'leave')).status).toBe(303)
    expect((await server.accounts.find(nurse.id))?.memberships.map(({ tenant }) => tenant)).toEqual(['north'])
    expect((await act(nurse.id, 'end')).status).toBe(403)
  })
})
