import type { Resource } from '#fhir/resource.ts'
import type { Interval } from '../availability/interval.ts'
import { codesOf } from '../availability/roster-neighbours.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import type { Candidate } from '../find/candidate.ts'
import { whoOf } from '../find/fits-wish.ts'

/** What rules ask of a booking, be it wished, offered or being written. */
export interface BookingFacts extends Interval {
  /** Of an appointment that is there: its own time does not count against it. */
  readonly id?: string
  readonly appointment: Resource
  readonly candidates: readonly Candidate[]
  readonly actors: readonly string[]
  readonly practitioners: readonly string[]
  readonly patients: readonly string[]
  /** Rooms, and the houses they lie in. */
  readonly places: readonly string[]
  readonly services: readonly string[]
  readonly serviceTypes: readonly string[]
  readonly timeZone: string
}

export function bookingFacts(
  appointment: Resource,
  candidates: readonly Candidate[],
  timeZone: string,
): BookingFacts {
  const { id, start, end, participant, serviceType } = appointment
  const named = Array.isArray(participant) ? referencesIn(participant.map(({ actor }) => actor)) : []
  const actors = [...new Set([...named, ...candidates.flatMap(({ roster }) => roster.actors)])]
  const own = codesOf(serviceType)
  return {
    ...(id !== undefined && { id }),
    start: Date.parse(String(start)),
    end: Date.parse(String(end)),
    appointment,
    candidates,
    actors,
    practitioners: distinct([
      ...actors.filter((actor) => /^Practitioner(?:Role)?\//.test(actor)),
      ...candidates.flatMap(({ of }) => whoOf(of)),
    ]),
    patients: actors.filter((actor) => actor.startsWith('Patient/')),
    places: distinct([
      ...actors.filter((actor) => actor.startsWith('Location/')),
      ...candidates.flatMap(({ of }) => of.locations.map(({ reference }) => reference)),
    ]),
    services: distinct([
      ...actors.filter((actor) => actor.startsWith('HealthcareService/')),
      ...candidates.flatMap(({ of }) => of.services.map(({ reference }) => reference)),
    ]),
    serviceTypes:
      own.length > 0 ? own : candidates.flatMap(({ of }) => codesOf(of.schedule.resource.serviceType)),
    timeZone: candidates[0]?.roster.timeZone ?? timeZone,
  }
}

function distinct(list: readonly string[]): readonly string[] {
  return [...new Set(list)]
}
