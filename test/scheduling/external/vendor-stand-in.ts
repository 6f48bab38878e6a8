import { generateKeyPairSync, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const day = 86_400_000

export interface Busy {
  readonly start: string
  readonly end: string
}

/**
 * Google and Microsoft as their pages describe them, on one port: who asks otherwise than these say is refused with the
 * words that they would use.
 */
export async function startVendors() {
  const state = {
    busy: {} as Record<string, readonly Busy[]>,
    /** Of Microsoft: what a mailbox has that takes no time. */
    free: {} as Record<string, readonly Busy[]>,
    tokens: 0,
    questions: [] as { readonly days: number; readonly mailbox: string }[],
    revoked: false,
    answer: undefined as { readonly status: number; readonly body: string } | undefined,
  }
  let origin = ''
  const valid = new Set<string>()
  const grant = () => {
    const token = `vendor-token-${++state.tokens}`
    valid.add(token)
    return { access_token: token, expires_in: 3599, token_type: 'Bearer' }
  }
  const server = createServer(async (request, response) => {
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    const { url = '', headers } = request
    const text = await textOf(request)
    if (request.method !== 'POST') return say(405, { error: { code: 405 } })
    if (url === '/google/token') {
      const wrong = faultOfGrant(new URLSearchParams(text), `${origin}/google/token`)
      return wrong === undefined ? say(200, grant()) : say(400, { error: wrong, error_description: text })
    }
    if (url === '/clinic-tenant/oauth2/v2.0/token') {
      const form = Object.fromEntries(new URLSearchParams(text))
      const right = {
        grant_type: 'client_credentials',
        ...{ client_id: 'app', client_secret: 'graph-secret', scope: `${origin}/.default` },
      }
      return JSON.stringify(sorted(form)) === JSON.stringify(sorted(right))
        ? say(200, grant())
        : say(401, { error: 'invalid_client', error_description: text })
    }
    const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
    if (state.revoked) {
      state.revoked = false
      valid.clear()
    }
    if (!valid.has(token)) return say(401, { error: { code: 401, status: 'UNAUTHENTICATED' } })
    if (headers['content-type'] !== 'application/json') return say(415, { error: { code: 415 } })
    if (state.answer !== undefined) return response.writeHead(state.answer.status).end(state.answer.body)
    const body = JSON.parse(text)
    if (url === '/calendar/v3/freeBusy') {
      const { timeMin, timeMax, items } = body
      const [start, end, mailbox] = [Date.parse(timeMin), Date.parse(timeMax), items[0].id]
      if (end - start > 90 * day) return say(400, { error: { code: 400, status: 'INVALID_ARGUMENT' } })
      state.questions.push({ days: (end - start) / day, mailbox })
      const known = state.busy[mailbox]
      const told = known
        ? { busy: within(known, start, end) }
        : { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }
      return say(200, { kind: 'calendar#freeBusy', timeMin, timeMax, calendars: { [mailbox]: told } })
    }
    const [, user] = /^\/v1\.0\/users\/([^/]+)\/calendar\/getSchedule$/.exec(url) ?? []
    if (user !== undefined) {
      const { schedules, startTime, endTime } = body
      const [mailbox] = schedules
      if (
        decodeURIComponent(user) !== mailbox ||
        startTime.timeZone !== 'UTC' ||
        /Z$/.test(startTime.dateTime)
      )
        return say(400, { error: { code: 'ErrorInvalidRequest' } })
      const [start, end] = [Date.parse(`${startTime.dateTime}Z`), Date.parse(`${endTime.dateTime}Z`)]
      if (end - start > 62 * day) return say(400, { error: { code: 'ErrorTimeIntervalTooBig' } })
      state.questions.push({ days: (end - start) / day, mailbox })
      const known = state.busy[mailbox]
      if (known === undefined)
        return say(200, {
          value: [
            { scheduleId: mailbox, error: { responseCode: 'ErrorMailRecipientNotFound', message: mailbox } },
          ],
        })
      const items = [
        ...within(known, start, end).map((one) => schedule(one, 'busy')),
        ...within(state.free[mailbox] ?? [], start, end).map((one) => schedule(one, 'free')),
      ]
      return say(200, { value: [{ scheduleId: mailbox, availabilityView: '', scheduleItems: items }] })
    }
    return say(404, { error: { code: 404, status: 'NOT_FOUND' } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const google = {
    type: 'service_account' as const,
    client_email: 'almanac@project.iam.gserviceaccount.com',
    private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ...{ private_key_id: 'k1', token_uri: `${origin}/google/token`, api: origin },
  }
  const user = {
    type: 'authorized_user' as const,
    ...{ client_id: 'app', client_secret: 'google-secret', refresh_token: 'refresh' },
    ...{ token_uri: `${origin}/google/token`, api: origin },
  }
  const microsoft = {
    ...{ tenant_id: 'clinic-tenant', client_id: 'app', client_secret: 'graph-secret' },
    ...{ authority: origin, api: origin },
  }
  return { origin, state, accounts: { google, user, microsoft }, close: () => server.close() }
}

/** What Google checks of a token request; its word for what is wrong. */
function faultOfGrant(form: URLSearchParams, audience: string): string | undefined {
  if (form.get('grant_type') === 'refresh_token') {
    const given = ['client_id', 'client_secret', 'refresh_token'].map((name) => form.get(name))
    return given.join(' ') === 'app google-secret refresh' ? undefined : 'invalid_grant'
  }
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    return 'unsupported_grant_type'
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    keys.publicKey,
    Buffer.from(signature, 'base64url'),
  )
  const { alg, typ, kid } = read(header)
  const { iss, aud, scope, iat, exp } = read(claims)
  const now = Date.now() / 1000
  const right = [
    signed,
    alg === 'RS256' && typ === 'JWT' && kid === 'k1',
    aud === audience && iss === 'almanac@project.iam.gserviceaccount.com',
    iat <= now && exp > now && exp - iat <= 3600,
  ]
  if (scope !== 'https://www.googleapis.com/auth/calendar.freebusy') return 'invalid_scope'
  return right.every(Boolean) ? undefined : 'invalid_grant'
}

function read(part: string) {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

function sorted(form: Record<string, string>) {
  return Object.entries(form).toSorted(([a], [b]) => a.localeCompare(b))
}

function within(busy: readonly Busy[], start: number, end: number): readonly Busy[] {
  return busy.filter((one) => Date.parse(one.end) > start && Date.parse(one.start) < end)
}

/** With seven digits of a second and without an offset, as Graph writes them. */
function schedule({ start, end }: Busy, status: string) {
  const at = (text: string) => ({
    dateTime: `${new Date(text).toISOString().slice(0, -1)}0000`,
    timeZone: 'UTC',
  })
  return { isPrivate: false, status, subject: 'Dentist of my own', start: at(start), end: at(end) }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
