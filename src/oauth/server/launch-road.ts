import type { Principal } from '#access/principal.ts'
import type { RecordSecurityEvent } from '#audit/security-event.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Authenticate } from '../authenticate.ts'
import type { Clients } from '../clients/clients.ts'
import type { WebExchange, WebRoad } from '../web-exchange.ts'
import { type Addresses, addressesAt, type ClinicPaths } from './addresses.ts'
import { type LaunchWish, readLaunchWish } from './launch-wish.ts'
import { type Launches, launchLifeSeconds } from './launches.ts'
import { readJsonObject } from './read-json.ts'
import { launchingScope } from './scopes.ts'

export interface LaunchParts extends ClinicPaths {
  readonly authenticate: Authenticate
  readonly launches: Launches
  readonly clients: Clients
  readonly record: RecordSecurityEvent
  /** Undefined: the clinic has no such resource. */
  readonly load: (tenant: string, type: string, id: string) => Promise<Resource | undefined>
}

/** POST /oauth/launch: an EHR is about to open an app. */
export function createLaunchRoad(parts: LaunchParts): WebRoad {
  return async (exchange) => {
    const { req, res, path } = exchange
    if (path !== '/oauth/launch') return false
    if (req.method !== 'POST') {
      throw new Refusal('method-not-allowed', 'This address takes POST.', { headers: { Allow: 'POST' } })
    }
    const addresses = addressesAt(exchange.origin, parts)
    const body = await readJsonObject(req)
    const tenant = tenantOf(body, addresses)
    const principal = await parts.authenticate(req.headers.authorization, tenant)
    if (!principal.scopes.includes(launchingScope)) throw notAuthorised()
    const wish = readLaunchWish(body)
    const launchUri = await checkWish(parts, tenant, wish)
    const launch = await parts.launches.add({
      ...wish,
      clinic: tenant,
      ...(principal.accountId === undefined ? {} : { accountId: principal.accountId }),
    })
    await recordLaunch(parts.record, exchange, tenant, principal, wish)
    const iss = addresses.baseOf(tenant)
    res.statusCode = 201
    res.setHeader('Content-Type', 'application/json')
    res.end(
      JSON.stringify({
        launch,
        iss,
        expires_in: launchLifeSeconds,
        ...(launchUri === undefined ? {} : { launch_url: launchUrl(launchUri, iss, launch) }),
      }),
    )
    return true
  }
}

export function launchUrl(uri: string, iss: string, launch: string): string {
  const url = new URL(uri)
  url.searchParams.set('iss', iss)
  url.searchParams.set('launch', launch)
  return url.href
}

function tenantOf({ iss }: Readonly<Record<string, unknown>>, { tenantOf: find }: Addresses): string {
  const tenant = iss === undefined ? 'main' : typeof iss === 'string' ? find(iss) : undefined
  if (tenant === undefined) throw new Refusal('value', 'iss is not the FHIR base of a clinic here.')
  return tenant
}

/** Gives the address where the app wants to be opened, if it has told one. */
async function checkWish(parts: LaunchParts, tenant: string, wish: LaunchWish): Promise<string | undefined> {
  const client = await parts.clients.find(wish.clientId)
  const clinics = client?.clinics as readonly string[] | undefined
  const registered = client !== undefined && (clinics === undefined || clinics.includes(tenant))
  if (!registered || (await parts.clients.isBarred(wish.clientId, tenant))) {
    throw new Refusal('value', 'client_id is no app that is registered with this clinic.')
  }
  const { patient, encounter } = wish.context
  if (patient !== undefined && (await parts.load(tenant, 'Patient', patient)) === undefined) {
    throw new Refusal('value', 'patient is no Patient of this clinic.')
  }
  if (encounter !== undefined) {
    const found = await parts.load(tenant, 'Encounter', encounter)
    const subject = (found?.subject as { reference?: string } | undefined)?.reference
    if (found === undefined || (patient !== undefined && subject !== `Patient/${patient}`)) {
      throw new Refusal('value', 'encounter is no Encounter of this patient.')
    }
  }
  for (const { reference } of wish.context.fhirContext ?? [])
    if (reference.startsWith('Appointment/')) await checkAppointment(parts, tenant, reference, patient)
  return (client.launch_uris as readonly string[] | undefined)?.[0]
}

async function checkAppointment(
  { load }: LaunchParts,
  tenant: string,
  reference: string,
  patient: string | undefined,
): Promise<void> {
  const found = await load(tenant, 'Appointment', reference.slice('Appointment/'.length))
  const who = ((found?.participant ?? []) as readonly { actor?: { reference?: string } }[]).map(
    ({ actor }) => actor?.reference,
  )
  if (found === undefined || (patient !== undefined && !who.includes(`Patient/${patient}`))) {
    throw new Refusal('value', 'appointment is no Appointment of this patient.')
  }
}

function notAuthorised(): Refusal {
  return new Refusal('forbidden', `Opening apps for people needs the scope ${launchingScope}.`, {
    headers: {
      'WWW-Authenticate': `Bearer realm="almanac", error="insufficient_scope", scope="${launchingScope}"`,
    },
  })
}

function recordLaunch(
  record: RecordSecurityEvent,
  { address, requestId }: WebExchange,
  tenant: string,
  { clientId, tokenId, fhirUser }: Principal,
  wish: LaunchWish,
): Promise<void> {
  const { patient, intent } = wish.context
  return record(tenant, {
    deed: 'launch',
    clientId,
    tokenId,
    requestId,
    about: { id: wish.clientId },
    ...(address === undefined ? {} : { address }),
    ...(fhirUser === undefined ? {} : { user: { reference: fhirUser } }),
    ...(patient === undefined ? {} : { patient }),
    ...(intent === undefined ? {} : { details: { intent } }),
  })
}
