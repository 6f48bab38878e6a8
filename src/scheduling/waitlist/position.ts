import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { FindParts } from '../find/find-times.ts'
import { describeEntry } from './describe-entry.ts'
import { loadEntries, loadOffers } from './entries.ts'
import { lineUp } from './line.ts'
import { loadView } from './load-view.ts'

/** `Appointment/[id]/$position`: docs/api/waitlist.md. Of others it tells how many they are, nothing else. */
export function createPosition(parts: FindParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-position'),
    invoke: (call) => position(parts, call),
  }
}

async function position(
  parts: FindParts,
  { request, principal, store }: OperationCall,
): Promise<FhirResponse> {
  const { id = '' } = request
  checkPermission(principal, 'Appointment', 'r')
  const stored = await store.read('Appointment', id)
  if (stored === undefined || stored.deleted) throw new Refusal('not-found', `There is no Appointment/${id}.`)
  const parameter = await store.transaction(async (tx) => {
    const view = await loadView(parts, tx)
    const line = lineUp(await loadEntries(tx), view.calendar, parts.timeZone, view.calendars.now)
    const at = line.findIndex(({ entry }) => entry.id === id)
    if (at === -1)
      throw new Refusal('business-rule', `Appointment/${id} is not on the waiting list.`, {
        expression: 'Appointment.status',
      })
    return describeEntry(parts, tx, view, line, at, await loadOffers(tx, [id]))
  })
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}
