import type { Resource } from '#fhir/resource.ts'
import { type Extension, withoutExtension } from './extension.ts'

export const statusReason =
  'https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/extension-status-reason'

/** Why an Appointment is what it is now, by IHE's extension; undefined: nothing is said any more. */
export function withReason(appointment: Resource, reason: object | undefined): Resource {
  const free = withoutExtension(appointment, statusReason) as Resource & { extension?: Extension[] }
  if (reason === undefined) return free
  return {
    ...free,
    extension: [...(free.extension ?? []), { url: statusReason, valueCodeableConcept: reason }],
  }
}
