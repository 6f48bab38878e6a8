import type { Resource } from '#fhir/resource.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import { extensionOf } from '../extension.ts'
import { holdExpires } from '../visit.ts'

export type MessageKind = 'moved' | 'changed' | 'cancelled' | 'offered'

interface Participant {
  readonly actor?: unknown
  readonly status?: string
}

const participantsOf = ({ participant }: Resource) => (participant ?? []) as readonly Participant[]

/** What a patient who was told of `before` must be told now; undefined: nothing that concerns them. */
export function kindOf(before: Resource, after: Resource, now: number): MessageKind | undefined {
  if (before.status === 'waitlist')
    return after.status === 'pending' && isHeld(after) && startOf(after) > now ? 'offered' : undefined
  if (!isPromised(before)) return undefined
  if (after.status === 'cancelled') return startOf(before) > now ? 'cancelled' : undefined
  if (!isPromised(after) || startOf(after) <= now) return undefined
  if (startOf(before) !== startOf(after)) return 'moved'
  return visitedIn(before) === visitedIn(after) ? undefined : 'changed'
}

/** A hold is nobody's visit yet. */
function isPromised(appointment: Resource): boolean {
  return appointment.status === 'booked' || (appointment.status === 'pending' && !isHeld(appointment))
}

export function isHeld(appointment: Resource): boolean {
  return extensionOf(appointment, holdExpires) !== undefined
}

export function startOf({ start }: Resource): number {
  return typeof start === 'string' ? Date.parse(start) : Number.NaN
}

/** To whom and where. */
function visitedIn(appointment: Resource): string {
  return participantsOf(appointment)
    .filter(({ status }) => status !== 'declined')
    .map(({ actor }) => referenceIn(actor) ?? '')
    .filter((reference) => /^(?:Practitioner|PractitionerRole|Location)\//.test(reference))
    .toSorted()
    .join()
}

/** Ids of the patients who come. */
export function patientsOf(appointment: Resource): readonly string[] {
  return participantsOf(appointment)
    .filter(({ status }) => status !== 'declined')
    .flatMap(({ actor }) => /^Patient\/([^/]+)$/.exec(referenceIn(actor) ?? '')?.[1] ?? [])
}
