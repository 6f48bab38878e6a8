import type { Transaction } from '#store/store.ts'
import type { BrokenRule } from '../advice.ts'
import type { Interval } from '../availability/interval.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import type { BookingFacts } from './booking-facts.ts'
import { type ConditionParts, createConditions } from './conditions.ts'
import { loadCountedVisits } from './counted-visits.ts'
import { evaluateRules } from './evaluate-rules.ts'
import { VisitIndex } from './visit-index.ts'

export interface JudgeParts extends ConditionParts {
  readonly clock: () => Date
}

export type Judge = (booking: BookingFacts) => readonly BrokenRule[]

/**
 * Knows all that the clinic's rules may ask about bookings in a range, be it one or thousands. Undefined: it has no
 * rules.
 */
export async function createJudge(
  parts: JudgeParts,
  tx: Transaction,
  { rules, candidates }: Pick<ClinicCalendar, 'rules' | 'candidates'>,
  range: Interval,
  actors: readonly string[],
): Promise<Judge | undefined> {
  if (rules.length === 0) return undefined
  const all = [...candidates.values()]
  const counted = new Set([...actors, ...all.flatMap(({ roster }) => roster.actors)])
  const visits = new VisitIndex(await loadCountedVisits(tx, rules, [...counted], range))
  const patients = actors.filter((actor) => actor.startsWith('Patient/'))
  const holds = await createConditions(parts, tx, rules, patients)
  const world = { now: parts.clock().getTime(), visits, candidates: all, holds }
  return (booking) => evaluateRules(rules, booking, world)
}
