import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { moveOneByOne } from './move-one-by-one.ts'
import { planReport } from './plan-report.ts'
import { type Carried, carryOut, type ReplanParts, rehearse } from './rehearse.ts'
import { readReplanWish } from './replan-wish.ts'

/** `Schedule/$replan`: docs/api/replan.md */
export function createReplan(parts: ReplanParts): Operation {
  return {
    definition: loadOperationDefinition('schedule-replan'),
    invoke: (call) => replan(parts, call),
  }
}

async function replan(parts: ReplanParts, call: OperationCall): Promise<FhirResponse> {
  const { principal } = call
  checkPermission(principal, 'Appointment', 'u')
  for (const permission of ['u', 'd'] as const) checkPermission(principal, 'Slot', permission)
  const wish = readReplanWish(parts, call)
  if (wish.apply) checkPermission(principal, 'Task', 'c')
  const replanning = { parts, call, wish }
  /** What was previewed is what is done, or nothing is: then there is a new plan to look at. */
  const check = (now: Carried) => {
    if (wish.plan === undefined || wish.plan === now.plan.id) return
    const suggest = async () => planReport(now, { ...wish, apply: false })
    const sentence = 'The calendar has changed since this plan was made: look at the new one.'
    throw new Refusal('conflict', sentence, { expression: 'plan', suggest })
  }
  const carried = !wish.apply
    ? await rehearse(replanning)
    : wish.atomic
      ? await carryOut(replanning, check)
      : await moveOneByOne(replanning, check)
  return { status: 200, body: JSON.stringify(planReport(carried, wish)) }
}
