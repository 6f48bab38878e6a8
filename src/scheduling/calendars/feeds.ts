import { createHash, randomBytes } from 'node:crypto'
import { checkPermission } from '#access/check-permission.ts'
import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Database } from '#store/store.ts'
import { calendarText } from './calendar-text.ts'
import { loadOrganizer, loadVisits } from './load-visits.ts'
import { visitEvent } from './visit-event.ts'

/** A year's quarter back: who looks up what was, and calendars that fetch seldom. */
const keptBack = 92 * 86_400_000
const mostFeeds = 10

/** `[Practitioner or Patient]/[id]/$calendar-feed`: a new private address; earlier ones stay good. */
export function createCalendarFeed(): Operation {
  return { definition: loadOperationDefinition('calendar-feed'), invoke: makeFeed }
}

/** `…/$revoke-calendar-feeds`: all addresses of somebody's calendar end at once. */
export function createRevokeFeeds(): Operation {
  return { definition: loadOperationDefinition('revoke-calendar-feeds'), invoke: revokeFeeds }
}

async function makeFeed({ request, principal, store }: OperationCall): Promise<FhirResponse> {
  const actor = ownActor(principal, request.type, request.id)
  const stored = await store.read(request.type ?? '', request.id ?? '')
  if (stored === undefined || stored.deleted) throw new Refusal('not-found', `There is no ${actor}.`)
  const token = randomBytes(32).toString('base64url')
  await store.transaction(async (tx) => {
    const [there] = await tx.query<{ many: number }>(
      'SELECT count(*)::integer AS many FROM calendar_feed WHERE tenant = $1 AND actor = $2',
      [tx.tenant, actor],
    )
    if ((there?.many ?? 0) >= mostFeeds)
      throw new Refusal('throttled', `${actor} has ${mostFeeds} calendar addresses: revoke them first.`)
    await tx.query('INSERT INTO calendar_feed (tenant, token_hash, actor, client) VALUES ($1, $2, $3, $4)', [
      tx.tenant,
      hashOf(token),
      actor,
      principal.clientId,
    ])
  })
  const { origin } = new URL(request.base)
  return answer([{ name: 'url', valueUrl: `${origin}/calendars/${principal.tenant}/${token}.ics` }])
}

async function revokeFeeds({ request, principal, store }: OperationCall): Promise<FhirResponse> {
  const actor = ownActor(principal, request.type, request.id)
  const gone = await store.transaction((tx) =>
    tx.query('DELETE FROM calendar_feed WHERE tenant = $1 AND actor = $2 RETURNING 1', [tx.tenant, actor]),
  )
  return answer([{ name: 'revoked', valueInteger: gone.length }])
}

/** Whoever may read somebody's appointments one by one may have them as a calendar. */
function ownActor(principal: Principal, type = '', id = ''): string {
  checkPermission(principal, 'Appointment', 's')
  checkPermission(principal, type, 'r')
  const actor = `${type}/${id}`
  const own = [
    principal.fhirUser,
    principal.patient === undefined ? undefined : `Patient/${principal.patient}`,
  ]
  if (own.includes(actor) || principal.visible('Appointment') === 'all') return actor
  throw new Refusal(
    'forbidden',
    'A calendar address is made for oneself, or by those who see all appointments.',
  )
}

function answer(parameter: readonly object[]): FhirResponse {
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export interface FeedParts {
  readonly database: Pick<Database, 'asSystem'>
  readonly clock: () => Date
  /** Each fetch is recorded before it is answered. */
  readonly recordFetch: (tenant: string, actor: string) => Promise<void>
}

/** What lies behind a private address; undefined: nothing, or nothing any more. */
export async function readFeed(
  { database, clock, recordFetch }: FeedParts,
  tenant: string,
  token: string,
  base: string,
): Promise<FhirResponse | undefined> {
  const found = await database.asSystem(tenant).transaction(async (tx) => {
    const [feed] = await tx.query<{ actor: string }>(
      'SELECT actor FROM calendar_feed WHERE tenant = $1 AND token_hash = $2',
      [tenant, hashOf(token)],
    )
    if (feed === undefined) return undefined
    const since = new Date(clock().getTime() - keptBack)
    const visits = await loadVisits(tx, { actor: feed.actor, since })
    return { actor: feed.actor, visits, organizer: await loadOrganizer(tx) }
  })
  if (found === undefined) return undefined
  const { actor, visits, organizer } = found
  await recordFetch(tenant, actor)
  const events = visits.flatMap((visit) => {
    const event = visitEvent(visit, { tenant, base, organizer, method: 'PUBLISH' })
    return event === undefined ? [] : [event]
  })
  return {
    status: 200,
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    headers: { 'Cache-Control': 'private, no-store' },
    body: calendarText('PUBLISH', events),
  }
}
