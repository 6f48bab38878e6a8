import { Refusal } from '#fhir/refusal.ts'
import type { Change, WriteRule } from '#interaction/write-rule.ts'
import { isBookingRule, readBookingRule } from './read-booking-rule.ts'

export interface BookingRuleParts {
  readonly timeZone: string
  /** The end of a sentence: what is wrong with an expression. */
  readonly faultOfExpression: (expression: string) => string | undefined
}

/** A rule that cannot be followed would refuse every booking, or none: it is not stored. */
export function createBookingRuleCheck({ timeZone, faultOfExpression }: BookingRuleParts): WriteRule {
  return {
    name: 'booking-rule',
    types: ['PlanDefinition'],
    async apply({ id, after }: Change) {
      if (after === undefined || !isBookingRule(after)) return []
      const from = { reference: `PlanDefinition/${id}`, version: 0, resource: after }
      const { issues } = readBookingRule(from, timeZone, faultOfExpression)
      const [first] = issues
      if (first !== undefined) throw new Refusal('business-rule', first.diagnostics, { issues })
      return []
    },
  }
}
