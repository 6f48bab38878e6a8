import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policies, Policy } from './policy.ts'

const directory = join(import.meta.dirname, '../../../fhir-profiles/policies')

let shipped: Policies | undefined

/** What holds where a clinic has said nothing else. Read once. */
export function shippedPolicies(): Policies {
  shipped ??= buildPolicies(listShippedPolicies())
  return shipped
}

export function listShippedPolicies(): readonly Policy[] {
  return readdirSync(directory)
    .toSorted()
    .map((file): Policy => JSON.parse(readFileSync(join(directory, file), 'utf8')))
}

/** A clinic's own policy for a role takes the place of the shipped one. */
export function buildPolicies(
  own: Iterable<Policy>,
  openings: Policies['openings'] = [],
  below?: Policies,
): Policies {
  const byRole = new Map([...own].map((policy) => [policy.role, policy]))
  return { of: (role) => byRole.get(role) ?? below?.of(role), openings }
}
