import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/http/log.ts'
import type { TestServer } from '../support/server.ts'
import { Browser } from './browser.ts'
import { buildAccounts, testPeople } from './people.ts'
import {
  addPeople,
  exchange,
  launch,
  patient,
  publicApp,
  read,
  redeem,
  startSmartServer,
} from './smart-server.ts'

/** Two processes would be no different: they share nothing but the database. */
let first: TestServer
let second: App

beforeAll(async () => {
  first = await startSmartServer()
  second = await openApp(
    { ...readConfig({ DEMO: 'false', CLINICS: 'north' }), port: 0 },
    first.databaseUrl,
    createLogger('silent'),
    { people: testPeople(buildAccounts(patient)) },
  )
  await addPeople(first)
  await first.app.authorization.clients.save('public-app', publicApp)
})
afterAll(async () => {
  await second.close()
  await first.close()
})

const wish = {
  clientId: 'public-app',
  account: patient.id,
  scope: 'launch/patient offline_access patient/*.rs',
}

test('what was agreed to at one server is used at another, and ended there it ends at both', async () => {
  const tokens = await redeem(first, 'public-app', await launch(first, wish))
  const [here, there] = [`${first.base}/Patient/anna`, `${second.url}/fhir/Patient/anna`]
  const statuses = async () => [
    (await read(here, tokens.access_token)).status,
    (await read(there, tokens.access_token)).status,
  ]
  expect(await statuses()).toEqual([200, 200])
  // Twice: the second time both have it in memory.
  expect(await statuses()).toEqual([200, 200])
  await fetch(`${second.url}/oauth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token: tokens.refresh_token ?? '', client_id: 'public-app' }),
  })
  expect((await read(there, tokens.access_token)).status).toBe(401)
  await vi.waitFor(async () => expect((await read(here, tokens.access_token)).status).toBe(401))
})

test('a code of one server is good at the other, once', async () => {
  const { code, verifier } = await launch(first, wish)
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: 'http://127.0.0.1:9999/callback',
    client_id: 'public-app',
  }
  const answers = await Promise.all([exchange(first, form), exchange({ origin: second.url }, form)])
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true)
})

test('while a server cannot hear what others revoke, it asks the database about every token', async () => {
  const tokens = await redeem(first, 'public-app', await launch(first, wish, new Browser()))
  const here = `${first.base}/Patient/anna`
  expect((await read(here, tokens.access_token)).status).toBe(200)
  const superuser = new pg.Client({ connectionString: first.databaseUrl })
  await superuser.connect()
  await superuser.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'almanac notifications' and datname = current_database()`,
  )
  await superuser.end()
  const [grant] = await second.authorization.grants.ofAccount(patient.id)
  await second.authorization.grants.revoke(patient.id, grant?.grantId ?? '')
  await vi.waitFor(async () => expect((await read(here, tokens.access_token)).status).toBe(401))
})
