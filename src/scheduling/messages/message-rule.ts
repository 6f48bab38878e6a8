import type { Principal } from '#access/principal.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import { resourceBefore } from '../claims/resource-before.ts'
import { kindOf, patientsOf, startOf } from './message-kind.ts'
import { keepMessages } from './message-rows.ts'

export interface MessageRuleParts {
  readonly clock: () => Date
  readonly newId: () => string
}

const concerned: ReadonlySet<unknown> = new Set(['booked', 'pending', 'cancelled'])

/**
 * Notes whom to tell, whatever road a visit's change comes by, in its own transaction: a change that is not kept tells
 * nobody. Who did it themselves knows. A new booking costs nothing here.
 */
export function createMessageRule({ clock, newId }: MessageRuleParts): WriteRule {
  return {
    name: 'messages to patients',
    types: ['Appointment'],
    async apply(change, tx, principal) {
      const { after } = change
      if (change.before === undefined || after === undefined || !concerned.has(after.status)) return []
      const before = resourceBefore(change)
      if (before === undefined) return []
      const kind = kindOf(before, after, clock().getTime())
      if (kind === undefined) return []
      const told = patientsOf(kind === 'cancelled' ? before : after).filter((one) => !isBy(principal, one))
      if (told.length === 0) return []
      const was = kind === 'offered' ? undefined : new Date(startOf(before))
      const messages = told.map((patient) => ({ id: newId(), patient }))
      tx.beforeFlush(() => keepMessages(tx, { appointment: change.id, kind, was, messages }))
      return []
    },
  }
}

function isBy({ patient, fhirUser }: Principal, id: string): boolean {
  return patient === id || fhirUser === `Patient/${id}`
}
