import { parseReference } from '#fhir/references.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

export type Answered = 'accepted' | 'declined' | 'tentative' | 'needs-action'

/** What an AppointmentResponse says: who answers what, about which time. */
export interface Answer {
  /** Id of the Appointment. */
  readonly appointment: string
  /** `Patient/1`; absent: whoever takes part in this role. */
  readonly actor?: string
  readonly roles: readonly string[]
  readonly status: Answered
  readonly start?: number
  readonly end?: number
}

export function readAnswer(response: Resource, localBases: readonly string[]): Answer {
  const { appointment, actor, participantStatus, participantType, start, end } = response
  const named = localOf(appointment, 'Appointment', localBases)
  const who = actor === undefined ? undefined : localOf(actor, undefined, localBases)
  if (named === undefined)
    throw refusal('An answer is to an Appointment of this clinic.', 'AppointmentResponse.appointment')
  if (actor !== undefined && who === undefined)
    throw refusal('Who answers is somebody of this clinic.', 'AppointmentResponse.actor')
  return {
    appointment: named.slice('Appointment/'.length),
    ...(who !== undefined && { actor: who }),
    roles: codesIn(participantType),
    status: participantStatus as Answered,
    ...(typeof start === 'string' && { start: Date.parse(start) }),
    ...(typeof end === 'string' && { end: Date.parse(end) }),
  }
}

function localOf(
  reference: unknown,
  type: string | undefined,
  localBases: readonly string[],
): string | undefined {
  const text = (reference as { reference?: unknown } | undefined)?.reference
  if (typeof text !== 'string') return undefined
  const parsed = parseReference(text, localBases)
  if (parsed.kind !== 'local' || (type !== undefined && parsed.type !== type)) return undefined
  return `${parsed.type}/${parsed.id}`
}

/** `system|code`, of CodeableConcepts. */
export function codesIn(concepts: unknown): readonly string[] {
  if (!Array.isArray(concepts)) return []
  return concepts.flatMap(({ coding = [] }: { coding?: { system?: string; code?: string }[] }) =>
    coding.map(({ system = '', code = '' }) => `${system}|${code}`),
  )
}

function refusal(sentence: string, expression: string): Refusal {
  return new Refusal('unprocessable', sentence, { expression })
}
