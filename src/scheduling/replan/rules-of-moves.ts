import type { Principal } from '#access/principal.ts'
import type { Transaction } from '#store/store.ts'
import type { BrokenRule } from '../advice.ts'
import type { Interval } from '../availability/interval.ts'
import { buildOffer } from '../find/build-offer.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import type { FoundTime } from '../find/found-time.ts'
import { type BookingFacts, bookingFacts } from '../rules/booking-facts.ts'
import { type ConditionParts, createConditions } from '../rules/conditions.ts'
import { loadCountedVisits } from '../rules/counted-visits.ts'
import { evaluateRules } from '../rules/evaluate-rules.ts'
import { overrideOf, overridesOf } from '../rules/overrides.ts'
import { VisitIndex } from '../rules/visit-index.ts'
import type { Hit } from './find-hits.ts'
import { moveAppointment } from './move-appointment.ts'
import { claimsOf, type PossibleMove } from './possible-moves.ts'

export interface RulesOfMoves {
  /** Whoever the patient is, and wherever the others go. */
  isAllowed(hit: Hit, time: FoundTime): boolean
  /** Rows whose move a rule speaks against when all of them are made, one after the other. */
  broken(chosen: readonly (PossibleMove | undefined)[]): readonly number[]
}

const anything: RulesOfMoves = { isAllowed: () => true, broken: () => [] }

/** The clinic's rules, over a calendar that those who are hit have left. */
export async function createRulesOfMoves(
  parts: ConditionParts & { readonly now: number; readonly timeZone: string },
  tx: Transaction,
  { rules, candidates }: ClinicCalendar,
  hits: readonly Hit[],
  range: Interval,
  principal: Principal,
): Promise<RulesOfMoves> {
  if (rules.length === 0 || hits.length === 0) return anything
  const all = [...candidates.values()]
  const patients = [...new Set(hits.flatMap((hit) => hit.patients))]
  const actors = new Set([...patients, ...all.flatMap(({ roster }) => roster.actors)])
  const moving = new Set(hits.map(({ id }) => id))
  const stay = (await loadCountedVisits(tx, rules, [...actors], range)).filter(
    ({ appointment }) => !moving.has(appointment),
  )
  const holds = await createConditions(parts, tx, rules, patients)
  const judge = (booking: BookingFacts, visits: VisitIndex) =>
    evaluateRules(rules, booking, { now: parts.now, visits, candidates: all, holds })
  const allowed = new Map<FoundTime, boolean>()
  const before = new VisitIndex(stay)
  return {
    isAllowed(hit, time) {
      if (overridesOf(hit.appointment).length > 0) return true
      const known = allowed.get(time)
      if (known !== undefined) return known
      const offer = buildOffer(time, { id: 'offer', slots: [], range, patients: [] })
      const facts = bookingFacts(offer, [time.main, ...time.aids], parts.timeZone)
      const isIt = !judge(facts, before).some((one) => speaksAgainst(one, hit))
      allowed.set(time, isIt)
      return isIt
    },
    broken(chosen) {
      const made = new VisitIndex(stay)
      return chosen.flatMap((move, row) => {
        if (move === undefined) return []
        const { hit, time } = move
        const after = { ...moveAppointment(hit, time, []), id: hit.id }
        const facts = bookingFacts(after, [time.main, ...time.aids], parts.timeZone)
        const overrides = overridesOf(hit.appointment)
        const against = judge(facts, made).filter(
          (one) => speaksAgainst(one, hit) && overrideOf(one, overrides, principal) === undefined,
        )
        if (against.length > 0) return [row]
        for (const actor of claimsOf(move).keys())
          made.add({
            ...{ appointment: hit.id, actor, start: time.start, end: time.end },
            ...(hit.types !== null && { types: hit.types }),
          })
        return []
      })
    },
  }
}

/** What needs approval may be moved while it waits for it. */
function speaksAgainst({ severity }: BrokenRule, { appointment }: Hit): boolean {
  return severity === 'refuse' || (severity === 'approve' && appointment.status !== 'pending')
}
