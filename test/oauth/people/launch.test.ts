import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type AskedApp,
  authorizePath,
  exchangeCode,
  type PeopleServer,
  registerApp,
  signIn,
  startPeopleServer,
} from '../../support/people.ts'

let server: PeopleServer
let app: AskedApp
beforeAll(async () => {
  server = await startPeopleServer()
  app = await registerApp(server)
})
afterAll(() => server.close())

test('a patient signs in by letter, agrees, and the app reads their record', async () => {
  const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
  const visitor = server.visitor()
  const ask = authorizePath(
    server,
    app,
    'openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs',
  )
  await visitor.follow(ask.path)
  expect(visitor.sheet.text).toContain('Sign in at Almanac Demo Clinic to go on to Calendar of Ada')
  await signIn(visitor, patient)
  expect(visitor.sheet.text).toContain('Allow Calendar of Ada?')
  expect(visitor.sheet.text).toContain('Name, birth date and contact details')
  await visitor.submit('', { answer: 'allow' })
  const location = visitor.sheet.headers.get('location') ?? ''
  expect(location).toMatch(/^https:\/\/app\.example\/callback\?code=/)
  expect(new URL(location).searchParams.get('state')).toBe(ask.state)
  const tokens = await exchangeCode(server, app, ask, location)
  expect(tokens).toMatchObject({ token_type: 'Bearer', patient: 'patient-1' })
  const read = await fetch(`${server.base}/Patient/patient-1`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  expect(read.status).toBe(200)
})
