import { randomBytes } from 'node:crypto'
import { digest } from './digest.ts'

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

const lifeSeconds = 7 * 86_400

/** An initial access token (RFC 7591): whoever brings it registers one app, with system scopes if it asks for them. */
export async function addRegistrationToken(query: Query, now = Date.now): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const issued = Math.floor(now() / 1_000)
  const payload = { kind: 'InitialAccessToken', iat: issued, exp: issued + lifeSeconds }
  await query(
    `insert into oauth_entry (model, id, payload, expires)
     values ('InitialAccessToken', $1, $2::jsonb, now() + make_interval(secs => $3))`,
    [digest(token), JSON.stringify(payload), lifeSeconds],
  )
  return token
}
