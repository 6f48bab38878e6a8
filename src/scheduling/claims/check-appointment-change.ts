import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { checkMove } from '../appointment-status.ts'
import { checkGroup } from '../group-visit.ts'
import { readVisit } from '../visit.ts'
import { checkTimes } from './check-visit.ts'
import type { ClaimParts } from './claim-parts.ts'
import { resourceBefore } from './resource-before.ts'

/** Nobody has come, been seen, or failed to come before the day. */
const ofTheDay: ReadonlySet<string> = new Set(['arrived', 'checked-in', 'fulfilled', 'noshow'])

/** What an Appointment's change shows by itself, without asking what else there is. */
export function checkAppointmentChange(
  change: Change,
  { clock, settings }: ClaimParts,
  principal: Principal,
): void {
  const before = resourceBefore(change)
  const { after } = change
  if (before !== undefined) checkGroup(before, after, principal)
  if (after === undefined) {
    checkDelete(before)
    return
  }
  if (before !== undefined) checkMove(String(before.status), String(after.status))
  const visit = readVisit(after, [])
  checkTimes(visit, after)
  if (visit.start === undefined || !ofTheDay.has(visit.status) || before?.status === after.status) return
  const dayOf = (time: number) =>
    Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(settings.timeZone).toPlainDate()
  if (Temporal.PlainDate.compare(dayOf(visit.start), dayOf(clock().getTime())) > 0)
    throw new Refusal('business-rule', `An Appointment becomes ${visit.status} on its day, not before.`, {
      expression: 'Appointment.status',
    })
}

const standing: ReadonlySet<unknown> = new Set(['booked', 'arrived', 'checked-in'])

function checkDelete(before: Resource | undefined): void {
  if (!standing.has(before?.status)) return
  throw new Refusal('conflict', `An Appointment that is ${before?.status} is not deleted: cancel it first.`, {
    expression: 'Appointment.status',
  })
}
