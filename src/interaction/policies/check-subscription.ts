import { checkPermission } from '#access/check-permission.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { WriteRule } from '../write-rule.ts'

/**
 * https://hl7.org/fhir/R4/subscription.html#safety: who asks to be told of resources must be able to find and read them.
 * Criteria that name no type could be about any.
 */
export function createSubscriptionRule(definitions: Definitions): WriteRule {
  return {
    name: 'subscriptions tell no more than a search would',
    types: ['Subscription'],
    async apply({ after }, _tx, principal) {
      if (after === undefined) return []
      const named = /^([A-Za-z]+)(?:\?|$)/.exec(String(after.criteria ?? ''))?.[1]
      const focus =
        named !== undefined && definitions.isResourceType(named) ? [named] : definitions.resourceTypes
      for (const type of focus) {
        checkPermission(principal, type, 's')
        checkPermission(principal, type, 'r')
      }
      return []
    },
  }
}
