import type { Resource } from '#fhir/resource.ts'
import { withoutExtension } from '../extension.ts'
import { withReason } from '../status-reason.ts'
import { holdExpires } from '../visit.ts'
import { type Participant, participantsOf } from './find-participant.ts'
import type { Answer, Answered } from './read-answer.ts'

/** What becomes of a visit that somebody who is needed has declined. */
export type Declined = 'cancelled' | 'proposed'

/**
 * Pure. The Appointment after an answer: the participant's status and what follows from it. Another time than the
 * Appointment's is a proposal, which moves nothing (SCHED-132).
 */
export function answeredAppointment(
  appointment: Resource,
  at: number,
  answer: Answer,
  declined: Declined,
): Resource {
  const status: Answered =
    answer.status === 'accepted' && isCounterProposal(appointment, answer) ? 'tentative' : answer.status
  const participant = participantsOf(appointment).map((one, place) =>
    place === at ? { ...one, status } : one,
  )
  const told: Resource = { ...appointment, participant }
  const answered = participant[at] as Participant
  if (status === 'declined' && isNeeded(answered) && !othersCome(participant, answered))
    return fallThrough(told, answered, declined)
  const settled = participant.filter(isNeeded).every((one) => one.status === 'accepted')
  if (appointment.status !== 'pending' || !settled) return told
  return { ...withoutExtension(told, holdExpires), status: 'booked' }
}

function isCounterProposal({ start, end }: Resource, answer: Answer): boolean {
  return differs(answer.start, start) || differs(answer.end, end)
}

function differs(proposed: number | undefined, planned: unknown): boolean {
  return proposed !== undefined && proposed !== Date.parse(String(planned))
}

/** https://hl7.org/fhir/R4/valueset-participantrequired.html; who is not said to be optional is needed. */
function isNeeded({ required = 'required' }: Participant): boolean {
  return required === 'required'
}

/** SCHED-142: a group goes on without one of its patients. */
function othersCome(participant: readonly Participant[], { actor }: Participant): boolean {
  const isPatient = (one: Participant) => /(?:^|\/)Patient\//.test(one.actor?.reference ?? '')
  return (
    isPatient({ ...(actor && { actor }) }) &&
    participant.some((one) => isPatient(one) && one.status !== 'declined')
  )
}

function fallThrough(appointment: Resource, { actor }: Participant, declined: Declined): Resource {
  const free = withoutExtension(appointment, holdExpires)
  // R4 lets no booked visit become a proposal again.
  if (declined === 'proposed' && appointment.status === 'pending') return { ...free, status: 'proposed' }
  if (appointment.status === 'proposed' && declined === 'proposed') return free
  const reason = { text: `${kindOf(actor?.reference)} declined.` }
  return { ...withReason(free, reason), status: 'cancelled', cancelationReason: reason }
}

function kindOf(reference = ''): string {
  return reference.includes('Patient/') ? 'The patient' : 'A participant'
}
