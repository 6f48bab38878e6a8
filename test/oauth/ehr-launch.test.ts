import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { backendApp, backendRequest, type ClientKey, makeClientKey, signAssertion } from './assertion.ts'
import {
  addPeople,
  exchange,
  launch,
  patient,
  practitioner,
  publicApp,
  read,
  redeem,
  startSmartServer,
} from './smart-server.ts'

let server: TestServer
let key: ClientKey
let ehr: string

beforeAll(async () => {
  server = await startSmartServer()
  key = await makeClientKey('ES384')
  await addPeople(server)
  const { clients } = server.app.authorization
  await clients.save('public-app', { ...publicApp, launch_uris: ['http://127.0.0.1:9999/launch'] })
  await clients.save('other-app', { ...publicApp, client_id: 'other-app' })
  await clients.save('ehr', backendApp('ehr', key, '__launch system/Patient.rs'))
  ehr = await tokenOfEhr('__launch')
})
afterAll(() => server.close())

async function tokenOfEhr(scope: string): Promise<string> {
  const assertion = await signAssertion(key, 'ehr', `${server.origin}/oauth/token`)
  const response = await exchange(server, backendRequest(assertion, scope))
  return ((await response.json()) as { access_token: string }).access_token
}

const prepare = (body: object, token = ehr) =>
  fetch(`${server.origin}/oauth/launch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'public-app', ...body }),
  })

const launchId = async (body: object) => ((await (await prepare(body)).json()) as { launch: string }).launch

const scope = 'launch openid fhirUser online_access patient/*.rs'
const asPepper = { clientId: 'public-app', scope, account: practitioner.id }

describe('an app opened out of an EHR', () => {
  test('is told where it was opened, for whom, and where it is to say so', async () => {
    const response = await prepare({ patient: 'anna' })
    expect(response.status).toBe(201)
    const told = (await response.json()) as { launch: string; launch_url: string }
    expect(told).toMatchObject({ iss: server.base, expires_in: 300 })
    const url = new URL(told.launch_url)
    expect(url.origin + url.pathname).toBe('http://127.0.0.1:9999/launch')
    expect(url.searchParams.get('iss')).toBe(server.base)
    expect(url.searchParams.get('launch')).toBe(told.launch)
  })

  test('gets the patient, the appointment and the intent of its launch with its token', async () => {
    const token = await server.token({ scope: 'system/*.cruds' })
    const booked = await fetch(`${server.base}/Appointment/visit-1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Appointment',
        id: 'visit-1',
        status: 'proposed',
        participant: [{ actor: { reference: 'Patient/anna' }, status: 'accepted' }],
      }),
    })
    expect(booked.status).toBe(201)
    expect((await prepare({ patient: 'bert', appointment: 'visit-1' })).status).toBe(400)
    expect((await prepare({ patient: 'anna', appointment: 'visit-0' })).status).toBe(400)
    const id = await launchId({
      patient: 'anna',
      appointment: 'visit-1',
      intent: 'reconcile-medications',
      need_patient_banner: false,
    })
    const tokens = await redeem(server, 'public-app', await launch(server, { ...asPepper, launch: id }))
    expect(tokens).toMatchObject({
      patient: 'anna',
      intent: 'reconcile-medications',
      tenant: 'main',
      need_patient_banner: false,
      fhirContext: [{ reference: 'Appointment/visit-1' }],
    })
    const style = await fetch(tokens.smart_style_url ?? '')
    expect(style.headers.get('content-type')).toContain('application/json')
    expect(await style.json()).toHaveProperty('color_background')
  })

  test('gets the encounter of its launch, which is one of its patient', async () => {
    const token = await server.token({ scope: 'system/*.cruds' })
    const made = await fetch(`${server.base}/Encounter/visit-of-anna`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Encounter',
        id: 'visit-of-anna',
        status: 'in-progress',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
        subject: { reference: 'Patient/anna' },
      }),
    })
    expect(made.status).toBe(201)
    const id = await launchId({ patient: 'anna', encounter: 'visit-of-anna' })
    const asked = { ...asPepper, scope: 'launch launch/encounter patient/*.rs', launch: id }
    const tokens = await redeem(server, 'public-app', await launch(server, asked))
    expect(tokens).toMatchObject({ patient: 'anna', encounter: 'visit-of-anna' })
    expect((await read(`${server.base}/Encounter/${tokens.encounter}`, tokens.access_token)).status).toBe(200)
    expect((await prepare({ patient: 'bert', encounter: 'visit-of-anna' })).status).toBe(400)
  })

  test('keeps its patient when it is opened again for another', async () => {
    const first = await redeem(
      server,
      'public-app',
      await launch(server, { ...asPepper, launch: await launchId({ patient: 'anna' }) }),
    )
    const second = await redeem(
      server,
      'public-app',
      await launch(server, { ...asPepper, launch: await launchId({ patient: 'bert' }) }),
    )
    expect([first.patient, second.patient]).toEqual(['anna', 'bert'])
    const again = await exchange(server, {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token ?? '',
      client_id: 'public-app',
    })
    expect(await again.json()).toMatchObject({ patient: 'anna' })
  })
})

describe('a launch', () => {
  const refused = async (wish: Partial<Parameters<typeof launch>[1]>) => {
    const { redirect } = await launch(server, { ...asPepper, ...wish })
    return redirect.searchParams.get('error')
  }

  test('is good once', async () => {
    const id = await launchId({ patient: 'anna' })
    expect(await refused({ launch: id })).toBeNull()
    expect(await refused({ launch: id })).toBe('invalid_request')
  })

  test('that nobody made, and one that is missing, give no code', async () => {
    expect(await refused({ launch: 'guessed-guessed-guessed' })).toBe('invalid_request')
    expect(await refused({})).toBe('invalid_request')
  })

  test('is for the app it was made for', async () => {
    expect(await refused({ launch: await launchId({ patient: 'anna' }), clientId: 'other-app' })).toBe(
      'invalid_request',
    )
  })

  test('is for the user it was made for', async () => {
    const id = await launchId({ patient: 'anna', user: 'Practitioner/somebody-else' })
    expect(await refused({ launch: id })).toBe('access_denied')
  })

  test('never opens another patient’s record to a patient', async () => {
    const id = await launchId({ patient: 'bert' })
    expect(await refused({ launch: id, account: patient.id })).toBe('access_denied')
  })

  test('is made by those who may, about patients there are', async () => {
    expect((await prepare({ patient: 'anna' }, await tokenOfEhr('system/Patient.rs'))).status).toBe(403)
    expect((await prepare({ patient: 'anna' }, 'nonsense')).status).toBe(401)
    for (const body of [
      { patient: 'nobody' },
      { patient: 'Patient/anna' },
      { encounter: 'none' },
      { client_id: 'unknown' },
      { iss: 'https://elsewhere.example/fhir' },
      { fhirContext: [{ reference: 'Patient/anna' }] },
      { fhirContext: [{ reference: 'Task/1', role: '' }] },
      { need_patient_banner: 'no' },
    ]) {
      expect((await prepare(body)).status, JSON.stringify(body)).toBe(400)
    }
  })
})
