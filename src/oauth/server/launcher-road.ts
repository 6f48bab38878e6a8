import { Refusal } from '#fhir/refusal.ts'
import type { Account } from '../account.ts'
import type { Clients } from '../clients/clients.ts'
import type { BrowserSessions } from '../interaction.ts'
import { readForm } from '../read-bytes.ts'
import type { WebExchange, WebRoad } from '../web-exchange.ts'
import { launchUrl } from './launch-road.ts'
import { buildLauncherPage, type Choice } from './launcher-page.ts'
import type { Launches } from './launches.ts'

export interface LauncherParts {
  readonly clients: Clients
  readonly launches: Launches
  readonly sessions: BrowserSessions
  /** Who works at the clinic `main`. */
  readonly users: () => Promise<readonly Account[]>
  readonly patients: () => Promise<readonly Choice[]>
  /** Path of the FHIR base of `main`. */
  readonly basePath: string
}

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http: https:"

/** Signs anybody in without asking: for the demo and its made-up people alone. */
export function createLauncherRoad(parts: LauncherParts): WebRoad {
  return async (exchange) => {
    const { req, res, path } = exchange
    if (path !== '/oauth/launcher') return false
    if (req.method === 'POST') {
      res.writeHead(303, { Location: await open(parts, exchange) }).end()
      return true
    }
    const [clients, users, patients] = await Promise.all([
      parts.clients.list('main'),
      parts.users(),
      parts.patients(),
    ])
    const apps = clients
      .filter(({ metadata, disabled }) => !disabled && Array.isArray(metadata.launch_uris))
      .map(({ clientId, metadata }) => ({ value: clientId, label: String(metadata.client_name ?? clientId) }))
    const people = users.map(({ id, displayName }) => ({ value: id, label: displayName }))
    res.setHeader('Content-Type', 'text/html; charset=utf-8')
    res.setHeader('Content-Security-Policy', policy)
    res.end(buildLauncherPage({ apps, users: people, patients }))
    return true
  }
}

async function open(parts: LauncherParts, exchange: WebExchange): Promise<string> {
  const { origin: sender } = exchange.req.headers
  if (sender !== undefined && sender !== exchange.origin) {
    throw new Refusal('forbidden', 'This form came from another site.')
  }
  const form = await readForm(exchange.req)
  const clientId = form.get('client_id') ?? ''
  const client = await parts.clients.find(clientId)
  const uri = (client?.launch_uris as readonly string[] | undefined)?.[0]
  const user = (await parts.users()).find(({ id }) => id === form.get('account'))
  const patient = (await parts.patients()).find(({ value }) => value === form.get('patient'))
  if (uri === undefined || user === undefined || patient === undefined) {
    throw new Refusal('value', 'Choose an app with a launch address, a user and a patient.')
  }
  await parts.sessions.start(exchange, { accountId: user.id, amr: ['demo'], acr: 'urn:almanac:acr:2' })
  const launch = await parts.launches.add({
    clinic: 'main',
    clientId,
    accountId: user.id,
    context: { patient: patient.value, need_patient_banner: false },
  })
  return launchUrl(uri, `${exchange.origin}${parts.basePath}`, launch)
}
