import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { narrowScopes, readAskedScopes } from '../../../src/oauth/pages/consent-scopes.ts'
import {
  type AskedApp,
  authorizePath,
  exchangeCode,
  type PeopleServer,
  type Person,
  registerApp,
  signIn,
  startPeopleServer,
} from '../../support/people.ts'
import type { Visitor } from '../../support/visitor.ts'

let server: PeopleServer
let app: AskedApp
let patient: Person
beforeAll(async () => {
  server = await startPeopleServer()
  app = await registerApp(server)
  patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
})
afterAll(() => server.close())

/** Signed in, at whatever the app's request waits for. */
async function arrive(who: Person, scope: string, ahead = 0) {
  await server.query('delete from sign_in_visit where email = $1', [who.email])
  const visitor = server.visitor()
  const ask = authorizePath(server, app, scope)
  await visitor.follow(ask.path)
  await signIn(visitor, who, ahead)
  return {
    visitor,
    ask,
    tokens: () => exchangeCode(server, app, ask, visitor.sheet.headers.get('location') ?? ''),
  }
}

const read = (path: string, tokens: Record<string, unknown>) =>
  fetch(`${server.base}/${path}`, { headers: { Authorization: `Bearer ${tokens.access_token}` } })

test('kinds of records that are unticked are not granted', async () => {
  const { visitor, tokens } = await arrive(
    patient,
    'openid launch/patient patient/Patient.rs patient/Observation.rs patient/Appointment.cruds',
  )
  await visitor.submit('', { answer: 'allow', piece: ['2.see', '4.see'] })
  const granted = await tokens()
  expect(granted.scope).toBe('openid launch/patient patient/Patient.rs patient/Appointment.rs')
  expect((await read('Patient/patient-1', granted)).status).toBe(200)
  expect((await read('Observation', granted)).status).toBe(403)
})

test('of all kinds of records some may be chosen', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/*.rs')
  expect(visitor.sheet.text).toContain('This includes kinds of records that are added later')
  await visitor.submit('', { answer: 'allow', 'all.1': 'only', kind: ['1.Patient', '1.Appointment'] })
  expect((await tokens()).scope).toBe('launch/patient patient/Patient.rs patient/Appointment.rs')
})

test('of the results only a category may be chosen, which the app had not asked for by name', async () => {
  const token = await server.token({ scope: 'system/*.cruds' })
  const system = 'http://terminology.hl7.org/CodeSystem/observation-category'
  for (const code of ['laboratory', 'vital-signs']) {
    const made = await fetch(`${server.base}/Observation/of-${code}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Observation',
        id: `of-${code}`,
        status: 'final',
        category: [{ coding: [{ system, code }] }],
        code: { text: code },
        subject: { reference: 'Patient/patient-1' },
      }),
    })
    expect(made.status).toBe(201)
  }
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Observation.rs')
  expect(visitor.sheet.text).toContain('Laboratory results')
  await visitor.submit('', { answer: 'allow', 'all.1': 'part', part: ['1.vital-signs'] })
  const granted = await tokens()
  expect(granted.scope).toBe(`launch/patient patient/Observation.rs?category=${system}|vital-signs`)
  expect((await read('Observation/of-vital-signs', granted)).status).toBe(200)
  expect((await read('Observation/of-laboratory', granted)).status).toBe(404)
})

test('without the wish to be let in when its user is away, an app is not', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Patient.rs offline_access')
  await visitor.submit('', { answer: 'allow', piece: ['1.see'] })
  const granted = await tokens()
  expect(granted.scope).not.toContain('offline_access')
  expect(granted.refresh_token).toBeUndefined()
})

test('who unticks everything is asked again, and who says no sends the app away', async () => {
  const { visitor, ask } = await arrive(patient, 'launch/patient patient/Patient.rs')
  await visitor.submit('', { answer: 'allow', piece: [] })
  expect(visitor.sheet.status).toBe(422)
  await visitor.submit('', { answer: 'deny' })
  const back = new URL(visitor.sheet.headers.get('location') ?? '')
  expect(back.searchParams.get('error')).toBe('access_denied')
  expect(back.searchParams.get('state')).toBe(ask.state)
})

test('what was agreed to, and what was not, is in the audit trail', async () => {
  const events = async () => {
    const token = await server.token({ scope: 'system/AuditEvent.rs' })
    const found = await read('AuditEvent?subtype=AuthZ-Consent&_count=100', { access_token: token })
    const { entry } = (await found.json()) as { entry?: { resource: Decision }[] }
    return (entry ?? []).map(({ resource }) => resource)
  }
  const before = new Set((await events()).map(({ id }) => id))
  for (const answer of ['allow', 'deny']) {
    const { visitor } = await arrive(patient, 'launch/patient patient/Patient.rs')
    await visitor.submit('', { answer, piece: ['1.see'] })
  }
  const made = (await events()).filter(({ id }) => !before.has(id))
  const told = made.map(({ type, outcome, outcomeDesc }) => [type.code, outcome, outcomeDesc])
  expect(told).toHaveLength(2)
  expect(told).toContainEqual(['110113', '0', undefined])
  expect(told).toContainEqual(['110113', '4', 'not agreed'])
  for (const event of made) expect(JSON.stringify(event)).toContain(patient.id)
})

interface Decision {
  readonly id: string
  readonly type: { readonly code: string }
  readonly outcome: string
  readonly outcomeDesc?: string
}

test('the form cannot grant more than was asked for', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Patient.rs')
  await visitor.submit('', {
    answer: 'allow',
    piece: ['1.see', '1.change', '7.see', 'offline'],
    'all.1': 'only',
    kind: '1.Observation',
  })
  expect((await tokens()).scope).toBe('launch/patient patient/Patient.rs')
})

test('a kind that does not exist is refused at the grant, not made up', async () => {
  const { visitor } = await arrive(patient, 'launch/patient patient/*.rs')
  await visitor.submit('', { answer: 'allow', 'all.1': 'only', kind: '1.Patient.cruds patient/Observation' })
  expect(visitor.sheet.headers.get('location') ?? '').not.toContain('code=')
})

test('the page leads forms back to the app and nowhere else', async () => {
  const { visitor } = await arrive(patient, 'launch/patient patient/Patient.rs')
  expect(visitor.sheet.headers.get('content-security-policy')).toContain(
    "form-action 'self' https://app.example",
  )
})

test('a practitioner finds a patient, and the token is about that one', async () => {
  const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
  const { visitor, tokens } = await arrive(doctor, 'launch/patient patient/Patient.rs')
  expect(visitor.sheet.text).toContain('Whose records?')
  const { pathname } = new URL(visitor.sheet.url)
  await visitor.get(`${pathname}?find=A-1003`)
  const [, chosen = ''] = /href="([^"]+patient=patient-3)"/.exec(visitor.sheet.text) ?? []
  await visitor.get(chosen)
  await visitor.submit('', { answer: 'allow' })
  expect(await tokens()).toMatchObject({ patient: 'patient-3' })
})

test('the picker shows a practitioner no patient whom the clinic’s policy keeps from them', async () => {
  const token = await server.token({ scope: 'system/*.cruds' })
  const made = await fetch(`${server.base}/Patient/kept-apart`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Patient',
      id: 'kept-apart',
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
      name: [{ family: 'Quiet', given: ['Quentin'] }],
    }),
  })
  expect(made.status).toBe(201)
  const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
  const { visitor } = await arrive(doctor, 'launch/patient patient/Patient.rs')
  const { pathname } = new URL(visitor.sheet.url)
  for (const wish of ['find=Quiet', 'patient=kept-apart']) {
    await visitor.get(`${pathname}?${wish}`)
    expect(visitor.sheet.text).not.toContain('Quentin')
  }
  await visitor.get(`${pathname}?patient=patient-3`)
  await visitor.post(visitor.form(''), { answer: 'allow', patient: 'kept-apart' })
  expect(visitor.sheet.text).toContain('Whose records?')
})

describe('a proxy', () => {
  let proxy: Person
  beforeAll(async () => {
    const token = await server.token({ scope: 'system/*.cruds' })
    for (const [id, child] of [
      ['rp-1', 'patient-5'],
      ['rp-2', 'patient-6'],
    ] as const) {
      const made = await fetch(`${server.base}/RelatedPerson/${id}`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify({
          resourceType: 'RelatedPerson',
          id,
          active: true,
          patient: { reference: `Patient/${child}` },
        }),
      })
      expect(made.status).toBe(201)
    }
    proxy = await server.person({ roles: ['related-person'], fhirUser: 'RelatedPerson/rp-1' })
    await server.accounts.addProxy(proxy.id, 'main', {
      patient: 'patient-5',
      relatedPerson: 'RelatedPerson/rp-1',
    })
    await server.accounts.addProxy(proxy.id, 'main', {
      patient: 'patient-6',
      relatedPerson: 'RelatedPerson/rp-2',
    })
  })

  test('chooses among those they act for, and no one else', async () => {
    const { visitor, tokens } = await arrive(proxy, 'launch/patient patient/Patient.rs')
    expect(visitor.sheet.text).toContain('patient=patient-5')
    expect(visitor.sheet.text).toContain('patient=patient-6')
    expect(visitor.sheet.text).not.toContain('role="search"')
    const { pathname } = new URL(visitor.sheet.url)
    await visitor.get(`${pathname}?patient=patient-7`)
    expect(visitor.sheet.text).toContain('Whose records?')
    await visitor.get(`${pathname}?patient=patient-6`)
    await visitor.post(visitor.form(''), { answer: 'allow', patient: 'patient-7' })
    expect(visitor.sheet.text).toContain('Whose records?')
    await visitor.get(`${pathname}?patient=patient-6`)
    await visitor.submit('', { answer: 'allow' })
    const granted = await tokens()
    expect(granted).toMatchObject({ patient: 'patient-6' })
    expect((await read('Patient/patient-6', granted)).status).toBe(200)
    expect((await read('Patient/patient-5', granted)).status).toBe(404)
  })
})

test('an account that is nobody at the clinic is told so, and the app gets nothing', async () => {
  const stranger = await server.person({ clinic: 'north', roles: ['patient'], fhirUser: 'Patient/patient-1' })
  const { visitor } = await arrive(stranger, 'launch/patient patient/Patient.rs')
  expect(visitor.sheet.status).toBe(403)
  expect(visitor.sheet.text).toContain('Not connected with this clinic')
  const post = async (v: Visitor) =>
    v.post(v.form('').action === '' ? v.form('') : (v.forms[0] as never), { answer: 'allow' })
  await post(visitor)
  expect(visitor.sheet.headers.get('location') ?? '').not.toContain('code=')
})

test('an app that was let in is listed, and taking it back ends its token at once', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Patient.rs offline_access')
  await visitor.submit('', { answer: 'allow' })
  const granted = await tokens()
  expect((await read('Patient/patient-1', granted)).status).toBe(200)
  await visitor.get('/oauth/account')
  expect(visitor.sheet.text).toContain('Calendar of Ada')
  expect(visitor.sheet.text).toContain('also when you are away')
  const grants = visitor.forms.filter(({ action }) => action === '/oauth/account/revoke')
  for (const form of grants) expect((await visitor.post(form)).status).toBe(303)
  expect((await read('Patient/patient-1', granted)).status).toBe(401)
  await visitor.get('/oauth/account')
  expect(visitor.sheet.text).toContain('None at the moment')
})

test('nobody takes back what another account let in', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Patient.rs')
  await visitor.submit('', { answer: 'allow' })
  const granted = await tokens()
  await visitor.get('/oauth/account')
  const grant = visitor.form('/oauth/account/revoke').fields.get('grant') ?? ''
  const other = server.visitor()
  await other.get('/oauth/sign-in')
  await signIn(other, await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-2' }))
  await other.post({ ...other.form('/oauth/account/end-all'), action: '/oauth/account/revoke' }, { grant })
  expect((await read('Patient/patient-1', granted)).status).toBe(200)
})

test('signing out everywhere ends sessions and apps alike', async () => {
  const { visitor, tokens } = await arrive(patient, 'launch/patient patient/Patient.rs offline_access')
  await visitor.submit('', { answer: 'allow' })
  const granted = await tokens()
  await visitor.get('/oauth/account')
  await visitor.submit('/oauth/account/end-all')
  expect((await read('Patient/patient-1', granted)).status).toBe(401)
  expect((await visitor.get('/oauth/account')).status).toBe(303)
})

describe('scopes in pieces', () => {
  const given = (asked: readonly string[], ...pairs: [string, string][]) =>
    narrowScopes(readAskedScopes(asked), new URLSearchParams(pairs))

  test('are given back as they were asked for when nothing is taken away', () => {
    expect(given(['patient/Observation.cruds'], ['piece', '0.see'], ['piece', '0.change'])).toEqual([
      'patient/Observation.cruds',
    ])
  })
  test('keep the spelling that the app knows', () => {
    expect(given(['user/Appointment.*'], ['piece', '0.see'])).toEqual(['user/Appointment.read'])
    expect(given(['user/Appointment.*'], ['piece', '0.change'])).toEqual(['user/Appointment.write'])
    expect(given(['patient/Observation.rus'], ['piece', '0.see'])).toEqual(['patient/Observation.rs'])
  })
  test('narrowed to parts are one scope a part, and none when no part is chosen', () => {
    const pairs: [string, string][] = [
      ['piece', '0.see'],
      ['all.0', 'part'],
    ]
    const system = 'http://terminology.hl7.org/CodeSystem/condition-category'
    expect(
      given(
        ['patient/Condition.read'],
        ...pairs,
        ['part', '0.problem-list-item'],
        ['part', '0.encounter-diagnosis'],
      ),
    ).toEqual([
      `patient/Condition.read?category=${system}|problem-list-item`,
      `patient/Condition.read?category=${system}|encounter-diagnosis`,
    ])
    expect(given(['patient/Condition.rs'], ...pairs, ['part', '0.made-up'], ['part', '1.survey'])).toEqual([])
    expect(given(['patient/Condition.rs?code=x'], ...pairs)).toEqual([])
  })
  test('keep what narrows them', () => {
    expect(given(['patient/Observation.cruds?category=laboratory'], ['piece', '0.see'])).toEqual([
      'patient/Observation.rs?category=laboratory',
    ])
  })
})
