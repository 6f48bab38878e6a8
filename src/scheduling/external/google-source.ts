import { createSign } from 'node:crypto'
import type { BusySource } from './busy-source.ts'
import { SourceFault } from './busy-source.ts'
import type { GoogleAccount, GoogleServiceAccount } from './calendar-accounts.ts'
import type { FetchLimits } from './guarded-request.ts'
import { wordOf } from './vendor-json.ts'
import { createVendorSource } from './vendor-source.ts'

/** The least of those that freeBusy.query takes. */
const scope = 'https://www.googleapis.com/auth/calendar.freebusy'
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const hour = 3_600

interface FreeBusy {
  readonly calendars?: Readonly<
    Record<
      string,
      {
        readonly errors?: readonly { readonly reason?: unknown }[]
        readonly busy?: readonly { readonly start?: unknown; readonly end?: unknown }[]
      }
    >
  >
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query */
export function createGoogleSource(
  accountOf: (clinic: string) => GoogleAccount | undefined,
  limits: FetchLimits,
): BusySource {
  return createVendorSource<GoogleAccount>(
    {
      kind: 'google',
      name: 'Google',
      accountOf,
      token: (account) => ({ address: account.token_uri, form: () => tokenForm(account, Date.now()) }),
      question: ({ api }, mailbox, { start, end }) => ({
        address: `${api}/calendar/v3/freeBusy`,
        body: {
          timeMin: new Date(start).toISOString(),
          timeMax: new Date(end).toISOString(),
          items: [{ id: mailbox }],
        },
      }),
      read(body) {
        // One was asked for, whichever way its name is written.
        const [calendar] = Object.values((body as FreeBusy | null)?.calendars ?? {})
        const [wrong] = calendar?.errors ?? []
        if (wrong !== undefined)
          throw new SourceFault(
            `Google cannot tell (${wordOf(wrong.reason) ?? 'unknown'}): is the calendar shared?`,
          )
        if (!Array.isArray(calendar?.busy)) throw new SourceFault('Google’s answer cannot be read.')
        return calendar.busy.map((one) => {
          const [start, end] = [Date.parse(String(one?.start)), Date.parse(String(one?.end))]
          if (!(start <= end)) throw new SourceFault('Google’s answer cannot be read.')
          return { start, end }
        })
      },
    },
    limits,
  )
}

function tokenForm(account: GoogleAccount, now: number): Readonly<Record<string, string>> {
  if (account.type === 'service_account')
    return { grant_type: grant, assertion: signAssertion(account, account.token_uri, Math.floor(now / 1000)) }
  const { client_id, client_secret, refresh_token } = account
  return { grant_type: 'refresh_token', client_id, client_secret, refresh_token }
}

/** RFC 7523, as https://developers.google.com/identity/protocols/oauth2/service-account wants it. */
function signAssertion(account: GoogleServiceAccount, audience: string, now: number): string {
  const { client_email, private_key, private_key_id, subject } = account
  const header = { alg: 'RS256', typ: 'JWT', ...(private_key_id !== undefined && { kid: private_key_id }) }
  const claims = {
    ...{ iss: client_email, scope, aud: audience, iat: now, exp: now + hour },
    ...(subject !== undefined && { sub: subject }),
  }
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(private_key, 'base64url')}`
}
