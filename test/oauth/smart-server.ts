import { createHash, randomBytes } from 'node:crypto'
import type { Config } from '../../src/config.ts'
import type { Account } from '../../src/oauth/account.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { Browser } from './browser.ts'
import { buildAccounts, testPeople } from './people.ts'

export const practitioner: Account = {
  id: 'account-pepper',
  email: 'pepper@example.org',
  displayName: 'Dr. Pepper',
  memberships: [{ tenant: 'main', fhirUser: 'Practitioner/pepper', roles: ['practitioner'] }],
}

export const patient: Account = {
  id: 'account-anna',
  email: 'anna@example.org',
  displayName: 'Anna',
  memberships: [{ tenant: 'main', fhirUser: 'Patient/anna', roles: ['patient'] }],
}

export const northern: Account = {
  id: 'account-north',
  email: 'north@example.org',
  displayName: 'Nora',
  memberships: [{ tenant: 'north', fhirUser: 'Practitioner/nora', roles: ['practitioner'] }],
}

/** Staff who are no resource of the clinic. */
export const desk: Account = {
  id: 'account-desk',
  email: 'desk@example.org',
  displayName: 'Rosa',
  memberships: [{ tenant: 'main', roles: ['front-desk'] }],
}

export const redirectUri = 'http://127.0.0.1:9999/callback'

export function startSmartServer(settings: Partial<Config> = {}, reach?: (url: string) => string) {
  return startTestServer(settings, reach, {
    people: testPeople(buildAccounts(practitioner, patient, northern, desk)),
  })
}

/** Anna and Bert are patients, Pepper is their practitioner; each patient has one observation. */
export async function addPeople(server: TestServer): Promise<void> {
  const token = await server.token({ scope: 'system/*.cruds' })
  const put = async (resource: { resourceType: string; id: string }) => {
    const response = await fetch(`${server.base}/${resource.resourceType}/${resource.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  await put({ resourceType: 'Practitioner', id: 'pepper', name: [{ family: 'Pepper' }] } as never)
  for (const id of ['anna', 'bert']) {
    await put({ resourceType: 'Patient', id, name: [{ family: id }] } as never)
    await put({
      resourceType: 'Observation',
      id: `heart-${id}`,
      status: 'final',
      code: { text: 'heart rate' },
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
          ],
        },
      ],
      subject: { reference: `Patient/${id}` },
    } as never)
  }
}

export interface Launching {
  readonly clientId: string
  readonly scope: string
  readonly account: string
  readonly aud?: string
  readonly patient?: string
  readonly launch?: string
  /** What is agreed to; all that was asked for otherwise. */
  readonly agree?: string
  readonly method?: 'GET' | 'POST'
  readonly nonce?: string
}

export interface Launched {
  readonly code: string
  readonly verifier: string
  readonly state: string
  /** Where the browser was sent in the end. */
  readonly redirect: URL
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
  readonly patient?: string
  readonly encounter?: string
  readonly intent?: string
  readonly need_patient_banner?: boolean
  readonly smart_style_url?: string
  readonly fhirContext?: unknown
}

/** An app's whole way to a code, with somebody at the browser. */
export async function launch(
  server: Pick<TestServer, 'origin' | 'base'>,
  wish: Launching,
  browser = new Browser(),
): Promise<Launched> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(12).toString('base64url')
  const query = {
    response_type: 'code',
    client_id: wish.clientId,
    redirect_uri: redirectUri,
    scope: wish.scope,
    state,
    aud: wish.aud ?? server.base,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(wish.launch === undefined ? {} : { launch: wish.launch }),
    ...(wish.nonce === undefined ? {} : { nonce: wish.nonce }),
  }
  const endpoint = `${server.origin}/oauth/authorize`
  let response =
    wish.method === 'POST'
      ? await browser.post(endpoint, query)
      : await browser.get(`${endpoint}?${new URLSearchParams(query)}`)
  for (let step = 0; step < 12; step++) {
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status} ${await response.text()}`)
    const next = new URL(location, server.origin)
    if (next.href.startsWith(redirectUri)) {
      return { code: next.searchParams.get('code') ?? '', verifier, state, redirect: next }
    }
    response = next.pathname.startsWith('/oauth/interaction/')
      ? await answer(browser, next.href, wish)
      : await browser.get(next.href)
  }
  throw new Error('The browser goes round in circles')
}

async function answer(browser: Browser, url: string, wish: Launching): Promise<Response> {
  const shown = await browser.get(url)
  if (shown.status !== 200) throw new Error(`${shown.status} ${await shown.text()}`)
  const pending = (await shown.json()) as { prompt: string; scopes: readonly string[] }
  if (pending.prompt === 'login') return browser.post(url, { account: wish.account })
  const form = { scopes: wish.agree ?? pending.scopes.join(' ') }
  return browser.post(url, wish.patient === undefined ? form : { ...form, patient: wish.patient })
}

export function exchange(
  server: Pick<TestServer, 'origin'>,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers })
}

export async function redeem(
  server: Pick<TestServer, 'origin'>,
  clientId: string,
  launched: Launched,
): Promise<Tokens> {
  const response = await exchange(server, {
    grant_type: 'authorization_code',
    code: launched.code,
    redirect_uri: redirectUri,
    code_verifier: launched.verifier,
    client_id: clientId,
  })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}

export function read(url: string, token: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${token}` } })
}

export const publicApp = {
  client_id: 'public-app',
  client_name: 'Public App',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
}
