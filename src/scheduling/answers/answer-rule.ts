import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Change, WriteRule } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import { answeredAppointment, type Declined } from './answered-appointment.ts'
import { checkSpeaksFor, findParticipant, participantsOf, referenceOf } from './find-participant.ts'
import { type Answer, readAnswer } from './read-answer.ts'

export interface AnswerParts {
  readonly clock: () => Date
  readonly localBases: (tenant: string) => readonly string[]
  readonly declined: Declined
  /** What else an answer does: to an offer of the waiting list, and the visit that it replaces. */
  readonly followAnswer: FollowAnswer
}

export type FollowAnswer = (
  tx: Transaction,
  answered: AnsweredVisit,
  principal: Principal,
) => Promise<Outcome>

export interface AnsweredVisit {
  readonly id: string
  readonly before: Resource
  readonly after: Resource
}

export interface Outcome {
  readonly after: Resource
  readonly also: readonly Change[]
}

/** What an AppointmentResponse does: its participant's status, and what follows from it. docs/api/waitlist.md */
export function createAnswerRule(parts: AnswerParts): WriteRule {
  return {
    name: 'answers',
    types: ['AppointmentResponse'],
    apply: (change, tx, principal) => answer(parts, change, tx, principal),
  }
}

/** Others are over, have begun, or offer nothing. */
const open: ReadonlySet<unknown> = new Set(['proposed', 'pending', 'booked'])

async function answer(
  parts: AnswerParts,
  { after }: Change,
  tx: Transaction,
  principal: Principal,
): Promise<readonly Change[]> {
  // Taking an answer back is another answer.
  if (after === undefined) return []
  const bases = parts.localBases(tx.tenant)
  const given = readAnswer(after, bases)
  const before = await loadAnswered(tx, given, principal)
  const appointment = JSON.parse(before.whole ?? before.text) as Resource
  const at = findParticipant(appointment, given, bases)
  const who = participantsOf(appointment)[at]
  checkSpeaksFor(principal, who && referenceOf(who, bases))
  checkOpen(appointment, parts.clock())
  const { id } = before
  const told = answeredAppointment(appointment, at, given, parts.declined)
  const outcome = await parts.followAnswer(tx, { id, before: appointment, after: told }, principal)
  return [{ method: 'PUT', type: 'Appointment', id, before, after: outcome.after }, ...outcome.also]
}

/** What the caller does not see is nothing to them. */
async function loadAnswered(
  tx: Transaction,
  { appointment }: Answer,
  principal: Principal,
): Promise<StoredVersion> {
  const stored = await tx.as(principal.viewerFor('r')).read('Appointment', appointment)
  if (stored !== undefined && !stored.deleted) return stored
  throw new Refusal('unprocessable', `There is no Appointment/${appointment}.`, {
    expression: 'AppointmentResponse.appointment',
  })
}

/** SCHED-134 */
function checkOpen({ status, end }: Resource, now: Date): void {
  const expression = 'AppointmentResponse.appointment'
  if (status === 'waitlist')
    throw new Refusal('conflict', 'Nothing is offered at the moment: an offer that was has ended.', {
      expression,
    })
  if (!open.has(status))
    throw new Refusal('business-rule', `An Appointment that is ${status} takes no answers.`, { expression })
  if (typeof end === 'string' && Date.parse(end) <= now.getTime())
    throw new Refusal('business-rule', 'This Appointment is over: it takes no answers.', { expression })
}
