import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { readRange } from '../availability/generate-slots.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import { type Grouping, loadUtilization, type UtilizationRow } from './utilization-rows.ts'

export interface UtilizationParts {
  readonly clock: () => Date
  readonly timeZone: string
}

const groupings: readonly string[] = ['practitioner', 'location', 'service', 'day']

/** `Schedule/$utilization`: docs/api/utilization.md */
export function createUtilization(parts: UtilizationParts): Operation {
  return {
    definition: loadOperationDefinition('schedule-utilization'),
    invoke: (call) => utilization(parts, call),
  }
}

async function utilization(parts: UtilizationParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, store, parameters } = call
  // Numbers of all: whoever sees some appointments only would learn of the others.
  for (const type of ['Slot', 'Appointment'])
    if (principal.visible(type) !== 'all') {
      checkPermission(principal, type, 's')
      throw new Refusal(
        'forbidden',
        `$utilization counts all of the clinic's: this token sees only some ${type}s.`,
      )
    }
  const range = readRange(parts, parameters)
  const by = String(parameters.get('by')?.[0] ?? 'practitioner')
  if (!groupings.includes(by))
    throw new Refusal('value', `"by" is one of ${groupings.join(', ')}.`, { expression: 'by' })
  const actors = (parameters.get('actor') ?? []).map((value) => {
    const reference = referenceIn(value)
    if (reference !== undefined) return reference
    throw new Refusal('value', '"actor" must be a reference such as Practitioner/1.', { expression: 'actor' })
  })
  const rows = await store.transaction((tx) =>
    loadUtilization(tx, by as Grouping, range, parts.timeZone, actors),
  )
  const body = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueInstant: new Date(range.start).toISOString() },
      { name: 'end', valueInstant: new Date(range.end).toISOString() },
      ...rows.map((row) => ({ name: by, part: describe(row, by) })),
    ],
  }
  return { status: 200, body: JSON.stringify(body) }
}

function describe(
  { group, leadDays, freeMinutes, takenMinutes, ...counts }: UtilizationRow,
  by: string,
): readonly object[] {
  const open = freeMinutes + takenMinutes
  return [
    by === 'practitioner' || by === 'location'
      ? { name: 'reference', valueReference: { reference: group } }
      : by === 'day'
        ? { name: 'day', valueDate: group }
        : { name: 'serviceType', valueString: group },
    ...Object.entries(counts).map(([name, valueInteger]) => ({ name, valueInteger })),
    { name: 'freeMinutes', valueInteger: freeMinutes },
    { name: 'takenMinutes', valueInteger: takenMinutes },
    ...(open > 0
      ? [{ name: 'utilization', valueDecimal: Math.round((takenMinutes / open) * 1000) / 1000 }]
      : []),
    ...(leadDays === null ? [] : [{ name: 'leadDays', valueDecimal: Math.round(leadDays * 10) / 10 }]),
  ].filter(
    (part) => !('valueReference' in part) || (part.valueReference as { reference: string }).reference !== '',
  )
}
