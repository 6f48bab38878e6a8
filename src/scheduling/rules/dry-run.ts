import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { readRange } from '../availability/generate-slots.ts'
import type { RosterResource } from '../availability/roster-resource.ts'
import { isBookingRule, readBookingRule } from './read-booking-rule.ts'
import { type DryRunParts, type TriedRule, tryRule } from './try-rule.ts'

/** More than anybody reads; the numbers are whole. */
const mostTold = 500

export interface DryRunOperationParts extends DryRunParts {
  readonly faultOfExpression: (expression: string) => string | undefined
}

/** `PlanDefinition/$dry-run`: docs/api/dry-run.md */
export function createDryRun(parts: DryRunOperationParts): Operation {
  return {
    definition: loadOperationDefinition('plan-definition-dry-run'),
    invoke: (call) => dryRun(parts, call),
  }
}

async function dryRun(parts: DryRunOperationParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, store, parameters } = call
  checkPermission(principal, 'PlanDefinition', 'r')
  const range = readRange(parts, parameters)
  const body = await store.transaction(async (tx) => {
    const { rule, issues } = await readAsked(parts, tx, call)
    if (rule === undefined)
      throw new Refusal('business-rule', issues[0]?.diagnostics ?? 'The rule cannot be followed.', { issues })
    const tried = await tryRule(parts, tx, rule, range)
    return report(tried, await findShown(tx, tried, call))
  })
  return { status: 200, body: JSON.stringify(body) }
}

async function readAsked(
  { timeZone, faultOfExpression }: DryRunOperationParts,
  tx: Transaction,
  call: OperationCall,
) {
  const { request, parameters } = call
  const sent = parameters.get('rule')?.[0] as Resource | undefined
  const id = request.id ?? sent?.id ?? 'new'
  const resource = sent ?? (await loadRule(tx, id))
  if (resource.resourceType !== 'PlanDefinition' || !isBookingRule(resource))
    throw new Refusal('invalid', '"rule" must be a PlanDefinition with the extension booking-rule.', {
      expression: 'rule',
    })
  const from: RosterResource = { reference: `PlanDefinition/${id}`, version: 0, resource }
  return readBookingRule(from, timeZone, faultOfExpression)
}

async function loadRule(tx: Transaction, id: string): Promise<Resource> {
  const stored = id === 'new' ? undefined : await tx.read('PlanDefinition', id)
  if (stored === undefined || stored.deleted)
    throw new Refusal('required', 'Send the rule as "rule", or ask PlanDefinition/[id]/$dry-run.', {
      expression: 'rule',
    })
  return JSON.parse(stored.text) as Resource
}

/** Whoever keeps the rules need not see who comes: then numbers are all there is. */
async function findShown(
  tx: Transaction,
  { broken }: TriedRule,
  { principal }: OperationCall,
): Promise<ReadonlySet<string>> {
  if (broken.length === 0 || !principal.may('Appointment', 'r')) return new Set()
  const keys = broken.slice(0, mostTold).map(({ id }) => ({ type: 'Appointment', id }))
  return new Set((await tx.as(principal.viewerFor('r')).readMany(keys)).map(({ id }) => id))
}

function report({ range, looked, broken, severity }: TriedRule, shown: ReadonlySet<string>): Resource {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueInstant: new Date(range.start).toISOString() },
      { name: 'end', valueInstant: new Date(range.end).toISOString() },
      { name: 'bookings', valueInteger: looked },
      { name: 'broken', valueInteger: broken.length },
      { name: 'severity', valueCode: severity },
      ...broken
        .filter(({ id }) => shown.has(id))
        .map(({ id, start, sentence }) => ({
          name: 'booking',
          part: [
            { name: 'appointment', valueReference: { reference: `Appointment/${id}` } },
            { name: 'start', valueInstant: start },
            { name: 'sentence', valueString: sentence },
          ],
        })),
    ],
  }
}
