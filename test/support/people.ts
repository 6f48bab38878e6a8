import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type Accounts, createAccounts } from '../../src/oauth/sign-in/accounts.ts'
import { createFactors, type Factors } from '../../src/oauth/sign-in/factors.ts'
import { newTotpSecret, totpCode } from '../../src/oauth/sign-in/totp.ts'
import { startTestServer, type TestServer } from './server.ts'
import { codeOf, type Sheet, Visitor } from './visitor.ts'

export interface PeopleServer extends TestServer {
  readonly accounts: Accounts
  readonly factors: Factors
  /** Somebody with an account. */
  person(wish: PersonWish): Promise<Person>
  /** As a browser without scripts. */
  visitor(headers?: Record<string, string>): Visitor
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

export interface PersonWish {
  readonly email?: string
  readonly name?: string
  readonly clinic?: string
  readonly fhirUser?: string
  readonly roles: readonly string[]
}

export interface Person {
  readonly id: string
  readonly email: string
  readonly name: string
  /** Of an authenticator app, set up already for staff. */
  readonly totp: string | undefined
}

/** A demo server: letters are at /dev/mail. */
export async function startPeopleServer(
  settings: Parameters<typeof startTestServer>[0] = {},
): Promise<PeopleServer> {
  const server = await startTestServer({ demo: true, ...settings })
  const { database } = server.app
  const ask = database.global.bind(database)
  const accounts = createAccounts(ask)
  const factors = createFactors({
    ask,
    key: await database.secret('authenticator apps'),
    clock: () => new Date(),
  })
  return {
    ...server,
    accounts,
    factors,
    visitor: (headers = {}) => new Visitor(server.origin, headers),
    query: (text, values = []) => ask(text, values),
    async person({
      email = `${randomUUID().slice(0, 8)}@people.example`,
      name = 'Sam Sample',
      clinic = 'main',
      fhirUser,
      roles,
    }) {
      const { id } = await accounts.add({ id: randomUUID(), email, displayName: name })
      await accounts.join(id, { tenant: clinic, roles, ...(fhirUser === undefined ? {} : { fhirUser }) })
      const staff = roles.some((role) => role !== 'patient' && role !== 'related-person')
      const totp = staff ? newTotpSecret() : undefined
      if (totp !== undefined) await factors.setTotp(id, totp)
      return { id, email, name, totp }
    },
    [Symbol.asyncDispose]: server.close,
  }
}

/** Codes are good once: who signs in twice within half a minute shows the next one. */
export function totpNow(secret: string, ahead = 0): string {
  return totpCode(secret, Math.floor(Date.now() / 30_000) + ahead)
}

/** From the sign-in form that is open to whatever comes after it. */
export async function signIn(visitor: Visitor, person: Person, ahead = 0): Promise<Sheet> {
  const before = await visitor.newestLetter(person.email)
  await visitor.submit('/oauth/sign-in', { email: person.email })
  const letter = await visitor.letter(person.email, /\d{4} \d{4}/, before)
  await visitor.submit('/oauth/sign-in/code', { code: codeOf(letter) })
  if (person.totp === undefined) return visitor.sheet
  return visitor.submit('/oauth/sign-in/totp', { code: totpNow(person.totp, ahead) })
}

export interface AskedApp {
  readonly clientId: string
  readonly redirectUri: string
}

export async function registerApp(server: TestServer, name = 'Calendar of Ada'): Promise<AskedApp> {
  const clientId = `app-${randomUUID().slice(0, 8)}`
  const redirectUri = 'https://app.example/callback'
  await server.app.authorization.clients.save(clientId, {
    client_id: clientId,
    client_name: name,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
  return { clientId, redirectUri }
}

export interface Ask {
  readonly path: string
  readonly verifier: string
  readonly state: string
}

/** Where an app sends the browser. */
export function authorizePath(
  server: TestServer,
  app: AskedApp,
  scope: string,
  more: Record<string, string> = {},
): Ask {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomUUID()
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    scope,
    state,
    aud: server.base,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { path: `/oauth/authorize?${query}`, verifier, state }
}

export async function exchangeCode(
  server: TestServer,
  app: AskedApp,
  ask: Ask,
  location: string,
): Promise<Record<string, unknown>> {
  const code = new URL(location).searchParams.get('code') ?? ''
  const answer = await fetch(`${server.origin}/oauth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
      client_id: app.clientId,
      code_verifier: ask.verifier,
    }).toString(),
  })
  return (await answer.json()) as Record<string, unknown>
}
