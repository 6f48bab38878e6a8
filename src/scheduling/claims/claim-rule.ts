import type { Principal } from '#access/principal.ts'
import type { Change, WriteRule } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import { checkAppointmentChange } from './check-appointment-change.ts'
import type { ClaimParts } from './claim-parts.ts'
import { settleClaims } from './settle-claims.ts'
import { checkSlotChange } from './slot-changes.ts'

/** What a visit's claims depend on; written in the same transaction, its rows cannot be read yet. */
const factTypes = ['Schedule', 'Practitioner', 'PractitionerRole', 'Location', 'HealthcareService', 'Device']

/** No double booking, by whatever road: docs/scheduling.md. */
export function createClaimRule(parts: ClaimParts): WriteRule {
  return {
    name: 'claims',
    types: ['Appointment', 'Slot', ...factTypes],
    async apply(change: Change, _tx: Transaction, principal: Principal): Promise<readonly Change[]> {
      if (change.type === 'Appointment') checkAppointmentChange(change, parts, principal)
      else if (change.type === 'Slot') checkSlotChange(change)
      return []
    },
    settle: (changes: readonly Change[], tx: Transaction, principal: Principal) =>
      settleClaims(parts, changes, tx, principal),
  }
}
