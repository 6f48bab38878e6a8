import { expect, test } from 'vitest'
import { backendApp, makeClientKey } from '../test/oauth/assertion.ts'
import { Browser } from '../test/oauth/browser.ts'
import { addPeople, patient, publicApp, redirectUri, startSmartServer } from '../test/oauth/smart-server.ts'
import type { Subject } from './smart/check.ts'
import { buildTable, runChecks } from './smart/run.ts'

test('the order of the public SMART suites finds nothing to fail', async () => {
  await using server = await startSmartServer()
  await addPeople(server)
  const key = await makeClientKey('RS384')
  const { clients, grants, launches } = server.app.authorization
  const held = { key: key.privateKey, kid: String(key.publicJwk.kid), algorithm: key.algorithm, redirectUri }
  await clients.save('public-app', publicApp)
  await clients.save('symmetric', {
    ...publicApp,
    client_id: 'symmetric',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'long-and-random-enough',
  })
  await clients.save('asymmetric', {
    ...publicApp,
    client_id: 'asymmetric',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
  })
  await clients.save('backend', backendApp('backend', key, 'system/*.rs'))
  const subject: Subject = {
    base: server.base,
    apps: {
      public: { clientId: 'public-app', redirectUri },
      symmetric: { clientId: 'symmetric', redirectUri, secret: 'long-and-random-enough' },
      asymmetric: { clientId: 'asymmetric', ...held },
      backend: { clientId: 'backend', scope: 'system/Patient.rs', ...held },
    },
    visit: (address, { agree }) => visit(server.origin, address, agree),
    launch: () =>
      launches.add({
        clinic: 'main',
        clientId: 'public-app',
        context: { patient: 'anna', need_patient_banner: true },
      }),
    withdraw: async () => {
      for (const { grantId } of await grants.ofAccount(patient.id)) await grants.revoke(patient.id, grantId)
    },
  }
  const outcomes = await runChecks(subject)
  expect(
    outcomes.filter(({ result }) => result !== 'passed'),
    buildTable(outcomes),
  ).toEqual([])
})

/** Anna signs in and agrees, in a browser that has never been here. */
async function visit(origin: string, address: string, agree?: readonly string[]): Promise<URL> {
  const browser = new Browser()
  let response = await browser.get(address)
  for (let step = 0; step < 12; step++) {
    const next = new URL(response.headers.get('location') ?? '', origin)
    if (next.href.startsWith(redirectUri)) return next
    if (!next.pathname.startsWith('/oauth/interaction/')) {
      response = await browser.get(next.href)
      continue
    }
    const pending = (await (await browser.get(next.href)).json()) as {
      prompt: string
      scopes: readonly string[]
    }
    const form =
      pending.prompt === 'login' ? { account: patient.id } : { scopes: (agree ?? pending.scopes).join(' ') }
    response = await browser.post(next.href, form)
  }
  throw new Error('the browser goes round in circles')
}
