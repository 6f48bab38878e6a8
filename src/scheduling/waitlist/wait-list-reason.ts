import type { Resource } from '#fhir/resource.ts'
import { extensionOf } from '../extension.ts'
import { statusReason, withReason } from '../status-reason.ts'

const coding = {
  system: 'https://profiles.ihe.net/ITI/Scheduling/CodeSystem/status-reason',
  code: 'wait-list',
}

/** SCHED-138: says of an offer, and of the booking that comes of it, that it came from the waiting list. */
export function withWaitListReason(appointment: Resource): Resource {
  return withReason(appointment, { coding: [coding] })
}

export function hasWaitListReason(appointment: Resource | undefined): boolean {
  const concept = appointment && extensionOf(appointment, statusReason)?.valueCodeableConcept
  const { coding: codings = [] } = (concept ?? {}) as { coding?: readonly (typeof coding)[] }
  return codings.some(({ system, code }) => system === coding.system && code === coding.code)
}
