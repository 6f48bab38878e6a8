import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../support/server.ts'
import {
  addPeople,
  desk,
  launch,
  patient,
  practitioner,
  publicApp,
  read,
  redeem,
  startSmartServer,
} from './smart-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startSmartServer()
  await addPeople(server)
  await server.app.authorization.clients.save(publicApp.client_id, publicApp)
})
afterAll(() => server.close())

const scope = 'launch/patient openid fhirUser offline_access patient/*.rs'

test('a patient opens an app, and it reads what is theirs and nothing else', async () => {
  const launched = await launch(server, { clientId: 'public-app', scope, account: patient.id })
  expect(launched.redirect.searchParams.get('state')).toBe(launched.state)
  const tokens = await redeem(server, 'public-app', launched)
  expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900, patient: 'anna' })
  expect(tokens.scope.split(' ').toSorted()).toEqual(scope.split(' ').toSorted())
  expect(tokens.refresh_token).toBeTypeOf('string')
  expect(tokens.id_token).toBeTypeOf('string')
  expect((await read(`${server.base}/Patient/anna`, tokens.access_token)).status).toBe(200)
  expect((await read(`${server.base}/Patient/bert`, tokens.access_token)).status).toBe(404)
})

test('a practitioner chooses the patient for whom an app is opened', async () => {
  const wish = { clientId: 'public-app', scope, account: practitioner.id, patient: 'bert' }
  const tokens = await redeem(server, 'public-app', await launch(server, wish))
  expect(tokens.patient).toBe('bert')
  expect((await read(`${server.base}/Observation/heart-bert`, tokens.access_token)).status).toBe(200)
  expect((await read(`${server.base}/Observation/heart-anna`, tokens.access_token)).status).toBe(404)
})

test('who is no resource of the clinic is not granted fhirUser, since nothing would come with it', async () => {
  const asked = { clientId: 'public-app', scope: 'openid fhirUser user/Appointment.rs', account: desk.id }
  const tokens = await redeem(server, 'public-app', await launch(server, asked))
  expect(tokens.scope.split(' ').toSorted()).toEqual(['openid', 'user/Appointment.rs'])
  expect(tokens.id_token).toBeDefined()
})

test('an encounter is not granted where nobody has one to give: the scope is left out', async () => {
  const asked = { clientId: 'public-app', scope: `launch/encounter ${scope}`, account: patient.id }
  const tokens = await redeem(server, 'public-app', await launch(server, asked))
  expect(tokens.scope.split(' ').toSorted()).toEqual(scope.split(' ').toSorted())
  expect(tokens).not.toHaveProperty('encounter')
})

test.each([
  ['', true],
  ['/', true],
  ['//', false],
  ['///', false],
])('the audience is the base; with "%s" behind it: %s', async (end, taken) => {
  const asked = { clientId: 'public-app', scope, account: patient.id, aud: `${server.base}${end}` }
  const { redirect } = await launch(server, asked)
  expect(redirect.searchParams.get('error')).toBe(taken ? null : 'invalid_target')
})
