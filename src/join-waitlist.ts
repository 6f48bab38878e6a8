import type { Principal } from '#access/principal.ts'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Operation } from '#interaction/operation.ts'
import type { Road } from '#interaction/walk.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import { createAnswerRule } from '#scheduling/answers/answer-rule.ts'
import type { Declined } from '#scheduling/answers/answered-appointment.ts'
import type { FindParts } from '#scheduling/find/find-times.ts'
import { type AuditTaken, followAnswer } from '#scheduling/waitlist/follow-answer.ts'
import { keepOffering } from '#scheduling/waitlist/keep-offering.ts'
import { createPosition } from '#scheduling/waitlist/position.ts'
import { StirredClinics } from '#scheduling/waitlist/stirred-clinics.ts'
import { createWaitlist } from '#scheduling/waitlist/waitlist.ts'
import { createWaitlistRule } from '#scheduling/waitlist/waitlist-rule.ts'
import type { Database } from '#store/store.ts'

export interface WaitlistParts {
  readonly database: Database
  readonly find: FindParts
  readonly settings: { readonly offerMinutes: number; readonly declinedAppointments: Declined }
  readonly localBases: (tenant: string) => readonly string[]
  readonly principalOf: (tenant: string) => Principal
  readonly securityLog: SecurityLog
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface Waitlist {
  readonly rules: readonly WriteRule[]
  readonly operations: readonly Operation[]
  /** A clinic's time may have come free. */
  stir(tenant: string): void
  /** Offers what comes free. */
  start(road: Road): AsyncDisposable
}

/** The waiting list, and answers to what is offered. */
export function joinWaitlist(parts: WaitlistParts): Waitlist {
  const { database, find, settings, localBases, principalOf, securityLog, onFault } = parts
  const stirred = new StirredClinics()
  const stir = (tenant: string) => stirred.stir(tenant)
  const auditTaken: AuditTaken = (tx, principal, { id, replaced }) =>
    tx.audit(
      securityLog.build(tx.tenant, {
        deed: 'waitlist-booked',
        clientId: principal.clientId,
        tokenId: principal.tokenId,
        ...(principal.fhirUser !== undefined && {
          user: { reference: principal.fhirUser, roles: principal.roles },
        }),
        ...(principal.patient !== undefined && { patient: principal.patient }),
        about: { reference: `Appointment/${id}` },
        description: 'A time offered from the waiting list was taken.',
        ...(replaced !== undefined && { details: { replaced } }),
      }),
    )
  return {
    rules: [
      createWaitlistRule({ timeZone: find.timeZone, stir }),
      createAnswerRule({
        clock: find.clock,
        localBases,
        declined: settings.declinedAppointments,
        followAnswer: (...answered) => followAnswer(auditTaken, ...answered),
      }),
    ],
    stir,
    operations: [createPosition(find), createWaitlist(find)],
    start: (road) =>
      keepOffering(
        { database, find, road, principalOf, offerMinutes: settings.offerMinutes },
        stirred,
        (cause) => onFault('Offering time to the waiting list failed', cause),
      ),
  }
}
