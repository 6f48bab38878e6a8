import type { Principal } from '#access/principal.ts'
import { parseReference } from '#fhir/references.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { type Answer, codesIn } from './read-answer.ts'

export interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly type?: unknown
  readonly required?: string
  readonly status?: string
}

export const participantsOf = ({ participant }: Resource) => (participant ?? []) as readonly Participant[]

/** SCHED-130: the place among the participants of the one who answers. */
export function findParticipant(
  appointment: Resource,
  { actor, roles }: Answer,
  localBases: readonly string[],
): number {
  const participants = participantsOf(appointment)
  const found = [...participants.keys()].filter((at) => {
    const one = participants[at] as Participant
    return actor === undefined
      ? codesIn(one.type).some((code) => roles.includes(code))
      : referenceOf(one, localBases) === actor
  })
  const [at] = found
  if (at !== undefined && found.length === 1) return at
  throw new Refusal(
    'unprocessable',
    actor === undefined
      ? 'The answer does not say which participant it is of: name the actor.'
      : `${actor} takes no part in this Appointment.`,
    { expression: 'AppointmentResponse.actor' },
  )
}

/** SCHED-133: patients, and who acts for one, speak for themselves; others as their policies let them. */
export function checkSpeaksFor({ patient, fhirUser }: Principal, who: string | undefined): void {
  if (patient === undefined || who === `Patient/${patient}`) return
  if (who !== undefined && who === fhirUser) return
  throw new Refusal('forbidden', 'You answer for yourself only: name yourself as actor.', {
    expression: 'AppointmentResponse.actor',
  })
}

export function referenceOf({ actor }: Participant, localBases: readonly string[]): string | undefined {
  if (actor?.reference === undefined) return undefined
  const parsed = parseReference(actor.reference, localBases)
  return parsed.kind === 'local' ? `${parsed.type}/${parsed.id}` : undefined
}
