import { setImmediate } from 'node:timers/promises'
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

/** As much as is read in one go; why each of them waits is looked for. */
const most = 100

/** `Appointment/$waitlist`: the whole list in its order, for those who see everybody's appointments. */
export function createWaitlist(parts: FindParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-waitlist'),
    invoke: (call) => waitlist(parts, call),
  }
}

async function waitlist(parts: FindParts, { principal, store }: OperationCall): Promise<FhirResponse> {
  checkPermission(principal, 'Appointment', 's')
  if (principal.patient !== undefined || principal.visible('Appointment') === 'nothing')
    throw new Refusal(
      'forbidden',
      'The list is for the clinic: ask Appointment/[id]/$position for your place.',
    )
  const parameter = await store.transaction(async (tx) => {
    const view = await loadView(parts, tx)
    const line = lineUp(await loadEntries(tx), view.calendar, parts.timeZone, view.calendars.now)
    const shown = line.slice(0, most)
    const seen = await tx
      .as(principal.viewerFor('s'))
      .readMany(shown.map(({ entry }) => ({ type: 'Appointment', id: entry.id })))
    const visible = new Set(seen.map(({ id }) => id))
    const offers = Map.groupBy(await loadOffers(tx, [...visible]), ({ appointment }) => appointment)
    const entries: object[] = [{ name: 'total', valueUnsignedInt: line.length }]
    for (const [at, { entry }] of shown.entries()) {
      await setImmediate()
      if (visible.has(entry.id))
        entries.push({
          name: 'entry',
          part: await describeEntry(parts, tx, view, line, at, offers.get(entry.id) ?? []),
        })
    }
    return entries
  })
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}
