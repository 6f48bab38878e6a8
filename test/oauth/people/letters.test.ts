import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PeopleServer, type Person, signIn, startPeopleServer, totpNow } from '../../support/people.ts'
import { codeOf, linkOf, type Visitor } from '../../support/visitor.ts'

let server: PeopleServer
beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())

const patient = () => server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })

async function askForLink(email: string): Promise<Visitor> {
  const visitor = server.visitor()
  await visitor.get('/oauth/sign-in')
  await visitor.submit('/oauth/sign-in', { email })
  return visitor
}

test('the link of a letter signs in at the browser that asked for it', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  await visitor.get(linkOf(await visitor.letter(email)))
  expect(visitor.sheet.status).toBe(200)
  await visitor.submit('/oauth/sign-in/link')
  expect(visitor.sheet.url).toBe(`${server.origin}/oauth/account`)
  expect(visitor.sheet.text).toContain(email)
})

test('a link that was only looked at, by a scanner of mail, still works', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const link = linkOf(await visitor.letter(email))
  await visitor.get(link)
  await visitor.get(link)
  await visitor.submit('/oauth/sign-in/link')
  expect(visitor.sheet.text).toContain(email)
})

test('a link opened in another browser opens nothing there, and still works where it was asked for', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const link = linkOf(await visitor.letter(email))
  const thief = server.visitor()
  await thief.get(link)
  expect(thief.sheet.status).toBe(410)
  // With an attempt of their own, whose cookie is not the one that the link belongs to.
  await thief.get('/oauth/sign-in')
  await thief.submit('/oauth/sign-in', { email: (await patient()).email })
  const form = { ...thief.form('/oauth/sign-in/code'), action: '/oauth/sign-in/link' }
  await thief.post(form, { token: link.split('=')[1] ?? '' })
  expect(thief.sheet.status).toBe(410)
  await thief.get('/oauth/account')
  expect(thief.sheet.status).toBe(303)
  await visitor.get(link)
  await visitor.submit('/oauth/sign-in/link')
  expect(visitor.sheet.text).toContain(email)
})

test('a link works once', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const link = linkOf(await visitor.letter(email))
  await visitor.get(link)
  const form = visitor.form('/oauth/sign-in/link')
  await visitor.post(form)
  expect(visitor.sheet.status).toBe(303)
  await visitor.post(form)
  expect(visitor.sheet.status).toBe(410)
  await visitor.get(link)
  expect(visitor.sheet.status).toBe(410)
})

test('a link and its code are good for ten minutes', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const letter = await visitor.letter(email)
  await server.query(
    `update sign_in_visit set created = now() - interval '10 minutes 1 second' where email = $1`,
    [email],
  )
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(letter) })
  expect(visitor.sheet.status).toBe(422)
  await visitor.get(linkOf(letter))
  expect(visitor.sheet.status).toBe(410)
})

test('after five wrong codes the right one is refused as well', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const right = codeOf(await visitor.letter(email))
  const wrong = right === '00000000' ? '00000001' : '00000000'
  for (let tries = 0; tries < 5; tries += 1) await visitor.submit('/oauth/sign-in/code', { code: wrong })
  await visitor.submit('/oauth/sign-in/code', { code: right })
  expect(visitor.sheet.status).toBe(422)
})

test('fifty tries at once are five', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const form = visitor.form('/oauth/sign-in/code')
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => visitor.post(form, { code: String(at).padStart(8, '0') })),
  )
  const [{ tries } = { tries: 0 }] = await server.query<{ tries: number }>(
    'select tries from sign_in_visit where email = $1',
    [email],
  )
  expect(tries).toBe(5)
})

test('nobody learns who has an account: the same answers, and no letter to a stranger', async () => {
  const known = await patient()
  const unknown = `${randomUUID().slice(0, 8)}@people.example`
  const sheets: string[] = []
  for (const email of [known.email, unknown]) {
    const visitor = server.visitor()
    await visitor.get('/oauth/sign-in')
    const sent = await visitor.post(visitor.form('/oauth/sign-in'), { email })
    await visitor.get('/oauth/sign-in/mail')
    const { text } = visitor.sheet
    sheets.push(
      [
        sent.status,
        sent.headers.get('location'),
        text.replaceAll(email, '…').replaceAll(/value="[\w-]{43}"/g, ''),
      ].join(),
    )
    await visitor.submit('/oauth/sign-in/code', { code: '12345678' })
    sheets[sheets.length - 1] += visitor.sheet.text
      .replaceAll(email, '…')
      .replaceAll(/value="[\w-]{43}"/g, '')
  }
  expect(sheets[0]).toBe(sheets[1])
  await server.visitor().letter(known.email)
  const outbox = await (await fetch(`${server.origin}/dev/mail`)).text()
  expect(outbox).not.toContain(unknown)
})

test('five letters in a quarter of an hour are enough, and the sixth answer looks the same', async () => {
  const { email } = await patient()
  for (let times = 0; times < 6; times += 1) {
    const visitor = await askForLink(email)
    expect(visitor.sheet.text).toContain(email)
  }
  const [{ mailed } = { mailed: 0 }] = await server.query<{ mailed: number }>(
    'select count(link)::integer as mailed from sign_in_visit where email = $1',
    [email],
  )
  expect(mailed).toBe(5)
})

test('neither link nor code is kept as it is', async () => {
  const { email } = await patient()
  const visitor = await askForLink(email)
  const letter = await visitor.letter(email)
  const [row] = await server.query('select * from sign_in_visit where email = $1', [email])
  const kept = JSON.stringify(row, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  )
  expect(kept).not.toContain(codeOf(letter))
  expect(kept).not.toContain(linkOf(letter).split('=')[1])
  expect(server.log()).not.toContain(linkOf(letter).split('=')[1])
  for (const secret of visitor.cookies.values()) expect(kept).not.toContain(secret)
})

test('staff need a second step, and a code of the app works once', async () => {
  const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
  const visitor = await askForLink(doctor.email)
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(doctor.email)) })
  expect(visitor.sheet.url).toBe(`${server.origin}/oauth/sign-in/second`)
  await visitor.get('/oauth/account')
  expect(visitor.sheet.status).toBe(303)
  await visitor.follow('/oauth/sign-in/second')
  const code = totpNow(doctor.totp ?? '')
  await visitor.submit('/oauth/sign-in/totp', { code })
  expect(visitor.sheet.url).toBe(`${server.origin}/oauth/account`)
  const again = server.visitor()
  const before = await again.newestLetter(doctor.email)
  await again.get('/oauth/sign-in')
  await again.submit('/oauth/sign-in', { email: doctor.email })
  const letter = await again.letter(doctor.email, /./, before)
  await again.submit('/oauth/sign-in/code', { code: codeOf(letter) })
  await again.submit('/oauth/sign-in/totp', { code })
  expect(again.sheet.status).toBe(422)
})

test('wrong codes of the app slow down, are told to their owner and stand in the log', async () => {
  const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-novak' })
  const visitor = await askForLink(doctor.email)
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(doctor.email)) })
  for (let tries = 0; tries < 5; tries += 1) await visitor.submit('/oauth/sign-in/totp', { code: '000000' })
  await visitor.submit('/oauth/sign-in/totp', { code: totpNow(doctor.totp ?? '') })
  expect(visitor.sheet.text).toContain('Too many tries')
  expect(await visitor.letter(doctor.email, /wrong code or password/)).toContain('five times')
  const token = await server.token({ scope: 'system/*.rs' })
  const found = await fetch(`${server.base}/AuditEvent?subtype=alert&_count=50`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  expect(await found.text()).toContain(doctor.id)
})

test('who is staff and has no second step yet sets one up before anything else', async () => {
  const doctor = await server.person({ roles: ['front-desk'] })
  await server.factors.removeTotp(doctor.id)
  const visitor = await askForLink(doctor.email)
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(doctor.email)) })
  const secret = (/class="secret">([A-Z2-7 ]+)</.exec(visitor.sheet.text)?.[1] ?? '').replaceAll(' ', '')
  await visitor.submit('/oauth/sign-in/set-up', { code: '000000' })
  expect(visitor.sheet.text).toContain(secret.slice(0, 4))
  await visitor.submit('/oauth/sign-in/set-up', { code: totpNow(secret) })
  expect(visitor.sheet.url).toBe(`${server.origin}/oauth/account`)
  expect(await visitor.letter(doctor.email, /authenticator app was added/)).toContain(doctor.name)
})

test('who has a second step cannot replace it while it is still owed', async () => {
  const doctor = await server.person({ roles: ['front-desk'] })
  const visitor = await askForLink(doctor.email)
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(await visitor.letter(doctor.email)) })
  const form = visitor.form('/oauth/sign-in/totp')
  await visitor.post({ ...form, action: '/oauth/sign-in/set-up' }, { code: '000000' })
  await visitor.get('/oauth/account')
  expect(visitor.sheet.status).toBe(303)
})

test('sign-in is audited: who, how, and that it failed', async () => {
  const person = await patient()
  const visitor = server.visitor()
  await visitor.get('/oauth/sign-in?clinic=main')
  await signIn(visitor, person)
  const token = await server.token({ scope: 'system/*.rs' })
  const found = await fetch(`${server.base}/AuditEvent?subtype=110122&_count=200`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const { entry } = (await found.json()) as { entry: { resource: { outcome: string } }[] }
  const mine = entry
    .map(({ resource }) => resource)
    .filter((event) => JSON.stringify(event).includes(person.id))
  expect(mine.map(({ outcome }) => outcome)).toEqual(['0'])
  expect(entry.some(({ resource }) => resource.outcome === '4')).toBe(true)
})

const audited = async (query: string, person: Person) => {
  const token = await server.token({ scope: 'system/AuditEvent.rs' })
  const found = await fetch(`${server.base}/AuditEvent?${query}&_count=200`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const { entry } = (await found.json()) as { entry?: { resource: Record<string, unknown> }[] }
  return (entry ?? [])
    .map(({ resource }) => JSON.stringify(resource))
    .filter((event) => event.includes(person.id))
}

test('who signs out is in the audit trail, and whose session has come to its end', async () => {
  const [leaving, staying] = [await patient(), await patient()]
  for (const person of [leaving, staying]) {
    const visitor = server.visitor()
    await visitor.get('/oauth/sign-in?clinic=main')
    await signIn(visitor, person)
    if (person === leaving) await visitor.submit('/oauth/account/sign-out', {})
  }
  await server.query(
    `update oauth_entry set expires = now() - interval '1 second' where model = 'Session' and payload->>'accountId' = $1`,
    [staying.id],
  )
  await server.app.authorization.sweep()
  await server.app.authorization.sweep()
  expect(await audited('subtype=110123', leaving)).toHaveLength(1)
  expect(await audited('subtype=110123', staying)).toEqual([expect.stringContaining('session-expired')])
})

test('that a letter was sent is in the audit trail, what it says is not', async () => {
  const person = await patient()
  const visitor = await askForLink(person.email)
  const code = codeOf(await visitor.letter(person.email))
  await expect.poll(() => audited('subtype=delivery', person)).toHaveLength(1)
  const [event = ''] = await audited('subtype=delivery', person)
  expect(event).not.toContain(code)
  expect(event).not.toContain(person.email)
})

test('a disabled account is as one that was never there', async () => {
  const person = await patient()
  await server.accounts.disable(person.id, true)
  const visitor = await askForLink(person.email)
  expect(visitor.sheet.status).toBe(200)
  const outbox = await (await fetch(`${server.origin}/dev/mail`)).text()
  expect(outbox).not.toContain(person.email)
})
