import { checkPermission } from '#access/check-permission.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
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
      checkPromise(after.status)
      return []
    },
  }
}

/** Nothing is sent: whoever got back `requested` or `active` would wait for ever. */
function checkPromise(status: unknown): void {
  if (status !== 'requested' && status !== 'active') return
  throw new Refusal(
    'business-rule',
    `This server sends no notifications, so no Subscription is ${status}: ask by search or history with _since, or keep the Subscription with status "off".`,
    { expression: 'Subscription.status' },
  )
}
