import type { Transaction } from '#store/store.ts'
import type { Booking, Overbooking } from '../advice.ts'
import { covers } from '../availability/interval.ts'
import { bookingFacts } from './booking-facts.ts'
import type { RuleParts } from './check-rules.ts'
import { fits } from './evaluate-rules.ts'
import { overrideOf, overridesOf } from './overrides.ts'

/**
 * The clinic's rule by which this booking may take more than there is room for: one of the kind `overbooking` that it names,
 * with a reason, by somebody of a role that the rule names.
 */
export async function loadOverbooking(
  { calendars, timeZone, auditOverride }: Pick<RuleParts, 'calendars' | 'timeZone' | 'auditOverride'>,
  tx: Transaction,
  { appointment, principal, schedules }: Booking,
): Promise<Overbooking | undefined> {
  const { candidates: known, rules } = await calendars.of(tx)
  const candidates = schedules.flatMap((schedule) => known.get(schedule) ?? [])
  const booking = bookingFacts(appointment, candidates, timeZone)
  const overrides = overridesOf(appointment)
  for (const { reference: rule, overridableBy, effective, scope, demand } of rules) {
    if (demand.kind !== 'overbooking' || !covers([effective], booking) || !fits(scope, booking, demand))
      continue
    const override = overrideOf({ rule, overridableBy }, overrides, principal)
    if (override !== undefined)
      return { most: demand.most, audit: () => auditOverride(tx, principal, appointment, override) }
  }
  return undefined
}
