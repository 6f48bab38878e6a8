import { checkPermission } from '#access/check-permission.ts'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { parseReference } from '#fhir/references.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { participantsOf, referenceOf } from '../answers/find-participant.ts'
import { loadFacts } from '../claims/load-facts.ts'
import { loadVisits } from './load-visits.ts'
import { type Reply, readReply } from './read-reply.ts'

export interface ReplyParts {
  readonly newId: () => string
  readonly localBases: (tenant: string) => readonly string[]
}

/** For whoever may give answers and not read them. */
const stored = JSON.stringify(
  buildOperationOutcome([
    { severity: 'information', code: 'informational', diagnostics: 'The answer is stored.' },
  ]),
)

/** `Appointment/$reply`: an attendee's calendar answers an invitation, which becomes their AppointmentResponse. */
export function createReply(parts: ReplyParts): Operation {
  return { definition: loadOperationDefinition('appointment-reply'), invoke: (call) => reply(parts, call) }
}

async function reply(parts: ReplyParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, parameters, store, request } = call
  checkPermission(principal, 'AppointmentResponse', 'c')
  const given = readReply(String(parameters.get('calendar')?.[0]), principal.tenant)
  const written = await store.transaction((tx) => answer(parts, call, tx, given))
  return {
    status: 200,
    location: `${request.base}/AppointmentResponse/${written.id}/_history/${written.version}`,
    lastModified: written.updated,
    body: principal.shown(written, request.base) ?? stored,
  }
}

async function answer(
  parts: ReplyParts,
  { principal, road, request }: OperationCall,
  tx: Transaction,
  given: Reply,
): Promise<StoredVersion> {
  const bases = [request.base, ...parts.localBases(tx.tenant)]
  const appointment = `Appointment/${given.id}`
  const seen = await tx.as(principal.viewerFor('r')).read('Appointment', given.id)
  const [visit] = seen === undefined || seen.deleted ? [] : await loadVisits(tx, { ids: [given.id] })
  if (visit === undefined) throw new Refusal('not-found', 'The UID is of no Appointment here.')
  checkSequence(given, visit.sequence)
  const actor = await findAttendee(tx, visit.appointment, given.attendee, bases)
  const earlier = await loadEarlier(tx, appointment, actor)
  if (earlier !== undefined && stampIn(earlier) > given.stamp)
    throw new Refusal('conflict', 'A later answer of theirs is there already.', { expression: 'calendar' })
  const after: Resource = {
    resourceType: 'AppointmentResponse',
    identifier: [{ system: replies, value: new Date(given.stamp).toISOString() }],
    appointment: { reference: appointment },
    actor: { reference: actor },
    participantStatus: given.status,
    ...(given.comment !== undefined && { comment: given.comment }),
  }
  const type = 'AppointmentResponse'
  if (earlier === undefined)
    return road.write({ method: 'POST', type, id: parts.newId(), after }, tx, request, principal)
  const { id } = earlier
  return road.write({ method: 'PUT', type, id, before: earlier, after }, tx, request, principal)
}

/** https://www.rfc-editor.org/rfc/rfc5546#section-2.1.5: an answer to a time that is no more is no answer. */
function checkSequence({ sequence }: Reply, current: number): void {
  if (sequence < current)
    throw new Refusal('conflict', 'The visit was moved since: answer the newer invitation.', {
      expression: 'calendar',
    })
  if (sequence > current)
    throw new Refusal(
      'unprocessable',
      'There is no such invitation: its SEQUENCE is of none that was sent.',
      {
        expression: 'calendar',
      },
    )
}

/** By the address that `$ics` gives, or by that of their mail. */
async function findAttendee(
  tx: Transaction,
  appointment: Resource,
  attendee: string,
  bases: readonly string[],
): Promise<string> {
  const there = participantsOf(appointment).flatMap((one) => referenceOf(one, bases) ?? [])
  const mail = /^mailto:(.+)$/i.exec(attendee)?.[1]?.toLowerCase()
  if (mail === undefined) {
    const parsed = parseReference(attendee, bases)
    const named = parsed.kind === 'local' ? `${parsed.type}/${parsed.id}` : undefined
    if (named !== undefined && there.includes(named)) return named
    throw notThere()
  }
  const facts = await loadFacts(tx, [], there, [])
  const [found, ...more] = there.filter((reference) => mailsOf(facts.get(reference)).includes(mail))
  if (found === undefined || more.length > 0) throw notThere()
  return found
}

const notThere = () =>
  new Refusal(
    'unprocessable',
    'The ATTENDEE takes no part in this Appointment, or not alone under this address.',
    {
      expression: 'calendar',
    },
  )

function mailsOf(resource: Resource | undefined): readonly string[] {
  const telecom = (resource?.telecom ?? []) as readonly { system?: string; value?: string }[]
  return telecom.flatMap(({ system, value }) => (system === 'email' && value ? value.toLowerCase() : []))
}

/** Marks the one answer that calendars keep up to date, with the time it was given. */
const replies = 'https://almanac.example/itip-reply'

async function loadEarlier(
  tx: Transaction,
  appointment: string,
  actor: string,
): Promise<StoredVersion | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT id FROM ${tableOf('AppointmentResponse')}
     WHERE tenant = $1 AND by_appointment = $2 AND by_actor = $3 AND content -> 'identifier' -> 0 ->> 'system' = $4
     ORDER BY id LIMIT 1`,
    [tx.tenant, appointment, actor, replies],
  )
  const stored = row && (await tx.read('AppointmentResponse', row.id))
  return stored === undefined || stored.deleted ? undefined : stored
}

function stampIn({ text }: StoredVersion): number {
  const { identifier } = JSON.parse(text) as { identifier: readonly { value: string }[] }
  return Date.parse(identifier[0]?.value ?? '')
}
