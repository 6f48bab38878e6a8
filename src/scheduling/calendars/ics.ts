import { checkPermission } from '#access/check-permission.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { calendarText } from './calendar-text.ts'
import { loadOrganizer, loadVisits } from './load-visits.ts'
import { type EventFrame, visitEvent } from './visit-event.ts'

const methods: readonly string[] = ['PUBLISH', 'REQUEST', 'CANCEL']

/** `Appointment/[id]/$ics`: docs/api/calendars.md; https://www.rfc-editor.org/rfc/rfc5546#section-3.2 */
export function createIcs(): Operation {
  return { definition: loadOperationDefinition('appointment-ics'), invoke: ics }
}

async function ics({ request, principal, store, parameters }: OperationCall): Promise<FhirResponse> {
  const { id = '', base } = request
  checkPermission(principal, 'Appointment', 'r')
  const stored = await store.read('Appointment', id)
  if (stored === undefined || stored.deleted) throw new Refusal('not-found', `There is no Appointment/${id}.`)
  const { visit, organizer } = await store.transaction(async (tx) => ({
    visit: (await loadVisits(tx, { ids: [id] }))[0],
    organizer: await loadOrganizer(tx),
  }))
  const cancelled = visit?.appointment.status === 'cancelled'
  const method = String(parameters.get('method')?.[0] ?? (cancelled ? 'CANCEL' : 'PUBLISH'))
  if (!methods.includes(method) || (method === 'CANCEL') !== cancelled)
    throw new Refusal(
      'value',
      '"method" is PUBLISH or REQUEST; CANCEL for an Appointment that is cancelled.',
      {
        expression: 'method',
      },
    )
  const frame: EventFrame = {
    tenant: principal.tenant,
    base,
    organizer,
    method: method as EventFrame['method'],
    ...(principal.patient !== undefined && { attendee: `Patient/${principal.patient}` }),
  }
  const event = visit && visitEvent({ ...visit, appointment: parseJson(stored.text) as Resource }, frame)
  if (event === undefined)
    throw new Refusal(
      'unprocessable',
      `Appointment/${id} has no time: there is nothing to put into a calendar.`,
    )
  return {
    status: 200,
    contentType: `text/calendar; charset=utf-8; method=${method}`,
    body: calendarText(method, [event]),
  }
}
