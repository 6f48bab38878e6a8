import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { BrokenRule } from '../advice.ts'
import { covers } from '../availability/interval.ts'
import { extensionOf } from '../extension.ts'
import { isLeft } from '../group-visit.ts'
import { holdExpires } from '../visit.ts'
import type { BookingFacts } from './booking-facts.ts'
import type { BookingRule } from './booking-rule.ts'
import { inWords } from './calendar-reasons.ts'
import { fits } from './evaluate-rules.ts'

/** Until when a visit may be given up or moved: judged by the time that it had. */
export function cutOffReasons(
  rules: readonly BookingRule[],
  before: BookingFacts,
  after: Resource,
  principal: Pick<Principal, 'roles' | 'patient'>,
  now: number,
): readonly BrokenRule[] {
  const change = changeOf(before, after)
  if (change === undefined) return []
  return rules.flatMap(
    ({ demand, scope, effective, reference, source, sentence, severity, overridableBy }) => {
      if (demand.kind !== 'cut-off' || (demand.change ?? change) !== change) return []
      if (demand.binds === 'patients' && !isPatient(principal)) return []
      if (!covers([effective], before) || !fits(scope, before, demand)) return []
      if (before.start >= now + demand.length) return []
      const until = ` (at least ${inWords(demand.length)} before)`
      return [{ rule: reference, source, sentence: `${sentence}${until}`, severity, overridableBy }]
    },
  )
}

/** Cancelled, or left by one of a group: whoever gives a visit up asks nothing more of anybody's calendar. */
export function isGivenUp(before: Resource | undefined, after: Resource): boolean {
  return after.status === 'cancelled' || (before !== undefined && isLeft(before, after))
}

/** Letting a hold go, or moving what was never agreed, is nobody's loss. */
function changeOf({ appointment, start, end }: BookingFacts, after: Resource): 'cancel' | 'move' | undefined {
  const { status } = appointment
  if ((status !== 'booked' && status !== 'pending') || extensionOf(appointment, holdExpires) !== undefined)
    return undefined
  if (isGivenUp(appointment, after)) return 'cancel'
  const moved = Date.parse(String(after.start)) !== start || Date.parse(String(after.end)) !== end
  return moved ? 'move' : undefined
}

function isPatient({ roles, patient }: Pick<Principal, 'roles' | 'patient'>): boolean {
  return patient !== undefined || roles.includes('patient') || roles.includes('related-person')
}
