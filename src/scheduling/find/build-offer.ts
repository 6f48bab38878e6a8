import type { Resource } from '#fhir/resource.ts'
import { writeInstant } from '../availability/build-slot.ts'
import type { Interval } from '../availability/interval.ts'
import type { FoundTime } from './found-time.ts'

export interface OfferFacts {
  readonly id: string
  readonly slots: readonly string[]
  /** What was asked for. */
  readonly range: Interval
  readonly patients: readonly string[]
}

/** https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/ihe-sched-appt: a visit that could be. */
export function buildOffer(time: FoundTime, { id, slots, range, patients }: OfferFacts): Resource {
  const { main, aids, start, end } = time
  const { timeZone } = main.roster
  const { serviceCategory, serviceType, specialty } = main.of.schedule.resource
  const actors = new Set([main, ...aids].flatMap(({ roster }) => roster.actors))
  return {
    resourceType: 'Appointment',
    id,
    status: 'proposed',
    ...(serviceCategory !== undefined && { serviceCategory }),
    ...(serviceType !== undefined && { serviceType }),
    ...(specialty !== undefined && { specialty }),
    start: writeInstant(start, timeZone),
    end: writeInstant(end, timeZone),
    minutesDuration: Math.floor((end - start) / 60_000),
    slot: slots.map((reference) => ({ reference })),
    participant: [...actors, ...patients].map((reference) => ({
      actor: { reference },
      required: 'required',
      status: 'needs-action',
    })),
    requestedPeriod: [{ start: writeInstant(range.start, timeZone), end: writeInstant(range.end, timeZone) }],
  }
}
