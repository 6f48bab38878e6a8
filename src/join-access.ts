import type { Claims } from '#access/claims.ts'
import { createPrincipal } from '#access/create-principal.ts'
import { policySchema } from '#access/policy/policy-schema.ts'
import { shippedPolicies } from '#access/policy/shipped-policies.ts'
import type { Principal } from '#access/principal.ts'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { newId } from '#fhir/new-id.ts'
import type { Operation } from '#interaction/operation.ts'
import { createBreakGlass } from '#interaction/policies/break-glass.ts'
import { createPolicyRule } from '#interaction/policies/check-policy-change.ts'
import { createSubscriptionRule } from '#interaction/policies/check-subscription.ts'
import { ClinicPolicies } from '#interaction/policies/clinic-policies.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import type { Database } from '#store/store.ts'
import { compileSchema } from '#validation/compile-schema.ts'

export interface AccessParts {
  readonly database: Database
  readonly definitions: Definitions
  readonly securityLog: SecurityLog
  readonly timeZone: string
}

export interface Access extends Disposable {
  readonly rules: readonly WriteRule[]
  readonly operations: readonly Operation[]
  /** By the policies of the clinic as they are now. */
  toPrincipal(claims: Claims): Principal | Promise<Principal>
  /** A principal made before is then no longer right. */
  policyChanges(listener: (tenant: string | undefined) => void): () => void
}

export function joinAccess({ database, definitions, securityLog, timeZone }: AccessParts): Access {
  const clock = () => new Date()
  const policies = new ClinicPolicies({ database, definitions, shipped: shippedPolicies(), clock })
  const changed = (tenant: string) => policies.forget(tenant)
  const buildEvent = securityLog.build
  return {
    rules: [
      createPolicyRule({ definitions, checkSchema: compileSchema(policySchema), buildEvent, changed }),
      createSubscriptionRule(definitions),
    ],
    operations: [createBreakGlass({ database, clock, newId, buildEvent, changed })],
    toPrincipal(claims) {
      const known = policies.of(claims.tenant)
      return known instanceof Promise
        ? known.then((loaded) => createPrincipal(claims, definitions, loaded, clock(), timeZone))
        : createPrincipal(claims, definitions, known, clock(), timeZone)
    },
    policyChanges: (listener) => policies.subscribe(listener),
    [Symbol.dispose]: () => policies[Symbol.dispose](),
  }
}
