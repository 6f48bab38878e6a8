import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { readForm } from '../read-bytes.ts'
import { digest } from './digest.ts'

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

/**
 * SMART's own JavaScript client refreshes for public apps without saying who it is, and the refresh token tells as much:
 * where the app has no secret to show, its name is filled in. Everything else is handed on as it came.
 */
export async function nameRefreshingApp(req: IncomingMessage, query: Query): Promise<IncomingMessage> {
  const form = await readForm(req)
  const token = form.get('refresh_token')
  const unnamed = ['client_id', 'client_assertion', 'client_secret'].every((name) => !form.has(name))
  if (form.get('grant_type') === 'refresh_token' && token !== null && unnamed) {
    const [app] = await query<{ id: string }>(
      `select c.id from oauth_entry e join oauth_client c on c.id = e.client_id
       where e.model = 'RefreshToken' and e.id = $1 and c.metadata->>'token_endpoint_auth_method' = 'none'`,
      [digest(token)],
    )
    if (app !== undefined) form.set('client_id', app.id)
  }
  const body = Buffer.from(form.toString())
  const { method, url, httpVersion, socket } = req
  const headers = { ...req.headers, 'content-length': String(body.length) }
  delete (headers as Record<string, unknown>)['transfer-encoding']
  return Object.assign(Readable.from([body]), {
    method,
    url,
    httpVersion,
    socket,
    headers,
  }) as unknown as IncomingMessage
}
