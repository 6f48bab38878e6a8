import type { Resource } from '#fhir/resource.ts'

/** A short day, so that everybody wants the same: doctors of one and a group of three. */
export const doctors = ['a', 'b', 'c', 'group']
export const patients = Array.from({ length: 40 }, (_, at) => `chaos-${at}`)
const slotsADay = 12
const days = 2
export const groupSize = 3
const slotCapacity = 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity'

export interface Place {
  readonly slot: string
  readonly doctor: string
  readonly start: string
  readonly end: string
}

export const capacityOf = (doctor: string): number => (doctor === 'group' ? groupSize : 1)

/** Half hours that begin every quarter: each lies across its neighbours. */
export const places: readonly Place[] = doctors.flatMap((doctor) =>
  Array.from({ length: slotsADay * days }, (_, at) => {
    const begins = Date.UTC(2033, 0, 3 + Math.floor(at / slotsADay), 8) + (at % slotsADay) * 900_000
    return {
      slot: `chaos-${doctor}-${at}`,
      doctor,
      start: new Date(begins).toISOString(),
      end: new Date(begins + 1_800_000).toISOString(),
    }
  }),
)

export function clinic(): readonly Resource[] {
  return [
    ...doctors.map((id) => ({ resourceType: 'Practitioner', id: `chaos-${id}`, active: true })),
    ...doctors.map((id) => ({
      resourceType: 'Schedule',
      id: `chaos-${id}`,
      active: true,
      actor: [{ reference: `Practitioner/chaos-${id}` }],
    })),
    ...places.map(({ slot: id, doctor, start, end }) => ({
      resourceType: 'Slot',
      id,
      status: 'free',
      schedule: { reference: `Schedule/chaos-${doctor}` },
      ...{ start, end },
      ...(doctor === 'group' && { extension: [{ url: slotCapacity, valueInteger: groupSize }] }),
    })),
    ...patients.map((id) => ({ resourceType: 'Patient', id, active: true })),
  ]
}

export const markSystem = 'https://almanac.example/chaos'

/** `mark` tells every attempt apart, in whatever version it may show. */
export function visit(mark: string, { slot, start, end }: Place, patient: string, status: string): Resource {
  return {
    resourceType: 'Appointment',
    identifier: [{ system: markSystem, value: mark }],
    status,
    ...{ start, end },
    slot: [{ reference: `Slot/${slot}` }],
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
  }
}
