import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Interval } from '../availability/interval.ts'
import { readPeriod } from '../availability/read-period.ts'
import { codesOf } from '../availability/roster-neighbours.ts'
import { referenceIn, referencesIn } from '../availability/roster-resource.ts'
import { extensionOf } from '../extension.ts'
import { type FindWish, noWishes } from '../find/find-wish.ts'
import { readTiming } from '../find/read-timing.ts'

const wishedTimes = 'https://almanac.example/fhir/StructureDefinition/wished-times'
const insteadOf = 'https://almanac.example/fhir/StructureDefinition/instead-of'

/** What an Appointment on the waiting list wishes for, as $find would be asked. */
export interface Wishes extends Omit<FindWish, 'range'> {
  /** Any of these; none: any time. */
  readonly periods: readonly Interval[]
}

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
}

/** Throws a Refusal that says which wish cannot be understood. */
export function wishesOf(appointment: Resource, timeZone: string): Wishes {
  const { participant, requestedPeriod, serviceType, specialty, minutesDuration } = appointment
  const actors = ((participant ?? []) as readonly Participant[])
    .filter(({ status }) => status !== 'declined')
    .map(({ actor }) => actor)
  const timing = readTiming(extensionOf(appointment, wishedTimes)?.valueTiming, timeZone)
  const length = minutesDuration === undefined ? timing.length : Number(minutesDuration) * 60_000
  return {
    ...noWishes,
    practitioners: [...referencesIn(actors, 'Practitioner'), ...referencesIn(actors, 'PractitionerRole')],
    locations: referencesIn(actors, 'Location'),
    devices: referencesIn(actors, 'Device'),
    services: referencesIn(actors, 'HealthcareService'),
    patients: referencesIn(actors, 'Patient'),
    visitTypes: codesOf(serviceType),
    specialties: codesOf(specialty),
    times: timing.times,
    ...(length !== undefined && { length }),
    periods: ((requestedPeriod ?? []) as readonly unknown[]).map((period, at) => {
      const read = readPeriod(period, timeZone)
      if (read !== undefined && read.start < read.end) return read
      throw new Refusal('unprocessable', 'A period that is wished for ends after it begins.', {
        expression: `Appointment.requestedPeriod[${at}]`,
      })
    }),
  }
}

/** `Appointment/1`: the later visit that is kept until an earlier one is sure. */
export function replacedBy(appointment: Resource): string | undefined {
  const reference = referenceIn(extensionOf(appointment, insteadOf)?.valueReference)
  return reference?.startsWith('Appointment/') ? reference : undefined
}

/** Of 1 to 9, as https://www.rfc-editor.org/rfc/rfc5545#section-3.8.1.9 has it: 1 comes first, 5 is usual. */
export function urgencyOf({ priority }: Resource): number {
  const number = Number(priority ?? 0)
  return number === 0 ? 5 : number
}
