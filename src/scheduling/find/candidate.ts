import type { Resource } from '#fhir/resource.ts'
import type { Roster } from '../availability/roster.ts'
import type { Neighbours } from '../availability/roster-neighbours.ts'
import type { RosterResource } from '../availability/roster-resource.ts'
import { actorCapacity, statedCapacity } from '../claims/capacity.ts'

/** Somebody or something with time to give. */
export interface Candidate {
  readonly roster: Roster
  readonly of: Neighbours
  /** False for a room without a calendar of its own: it is free whenever it is not claimed. */
  readonly hasSlots: boolean
  readonly actors: readonly { readonly reference: string; readonly capacity: number }[]
}

export function buildCandidate(
  roster: Roster,
  of: Neighbours,
  resources: ReadonlyMap<string, RosterResource>,
  hasSlots: boolean,
): Candidate {
  const group = roster.cutting?.capacity ?? statedCapacity(of.schedule.resource) ?? 1
  const actors = roster.actors.flatMap((reference) => {
    const capacity = capacityOf(reference, resources.get(reference)?.resource)
    return capacity === undefined ? [] : [{ reference, capacity: Math.max(capacity, group) }]
  })
  return { roster, of, hasSlots, actors }
}

function capacityOf(reference: string, resource: Resource | undefined): number | undefined {
  return actorCapacity(reference.slice(0, reference.indexOf('/')), resource)
}
