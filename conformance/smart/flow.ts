import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { type App, type Apps, type Course, expect, need, type Tokens, type VisitWish } from './check.ts'

export const scopes = 'launch/patient openid fhirUser offline_access patient/*.rs'

export function authorizeUrl(
  { subject, discovery }: Course,
  app: App,
  changes: Record<string, string | undefined> = {},
) {
  const verifier = randomBytes(32).toString('base64url')
  const query: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    scope: scopes,
    state: randomBytes(12).toString('base64url'),
    aud: subject.base,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return {
    verifier,
    state: query.state ?? '',
    url: `${discovery.authorization_endpoint}?${new URLSearchParams(pairs)}`,
  }
}

export interface Arrived {
  readonly code: string
  readonly verifier: string
}

export async function obtainCode(
  course: Course,
  app: App,
  changes: Record<string, string | undefined> = {},
  wish: VisitWish = {},
): Promise<Arrived> {
  const visit = need(course.subject.visit, 'nobody plays the user')
  const { verifier, state, url } = authorizeUrl(course, app, changes)
  const back = (await visit(url, wish)).searchParams
  expect(
    back.get('error') === null,
    `the app was told ${back.get('error')}: ${back.get('error_description')}`,
  )
  expect(back.get('state') === state, 'state did not come back as it was')
  const code = back.get('code')
  expect(code !== null && code !== '', 'no code came back')
  return { code: code ?? '', verifier }
}

export function post(
  address: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(address, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { accept: 'application/json', ...headers },
  })
}

export function redeemForm(app: App, { code, verifier }: Arrived): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: app.redirectUri, code_verifier: verifier }
}

type KeyHolder = NonNullable<Apps['asymmetric']>

export function assertion(
  app: KeyHolder,
  endpoint: string,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const exp = Math.floor(Date.now() / 1_000) + 240
  return new SignJWT({
    iss: app.clientId,
    sub: app.clientId,
    aud: endpoint,
    jti: randomUUID(),
    exp,
    ...claims,
  })
    .setProtectedHeader({ alg: app.algorithm, kid: app.kid, typ: 'JWT' })
    .sign(app.key)
}

export async function assertionForm(app: KeyHolder, endpoint: string): Promise<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(app, endpoint),
  }
}

export async function readTokens(response: Response): Promise<Tokens> {
  const body = await response.text()
  expect(response.status === 200, `the token endpoint answered ${response.status} ${body}`)
  expect(
    response.headers.get('cache-control')?.includes('no-store') === true,
    'Cache-Control: no-store is missing',
  )
  expect(response.headers.get('pragma') === 'no-cache', 'Pragma: no-cache is missing')
  const tokens = JSON.parse(body) as Tokens
  expect(typeof tokens.access_token === 'string' && tokens.access_token !== '', 'there is no access_token')
  expect(tokens.token_type?.toLowerCase() === 'bearer', 'token_type is not Bearer')
  expect(
    typeof tokens.expires_in === 'number' && tokens.expires_in <= 3_600,
    'expires_in is no number up to an hour',
  )
  expect(typeof tokens.scope === 'string', 'there is no scope')
  return tokens
}

export async function statusOf({ subject }: Course, path: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (await fetch(`${subject.base}/${path}`, { headers })).status
}
