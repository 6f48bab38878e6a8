import type { Resource } from '#fhir/resource.ts'
import { holdExpires } from '#scheduling/visit.ts'
import type { Demand } from './model.ts'

const epoch = Date.UTC(2032, 5, 7, 8)
const minute = 60_000
export const instant = (minutes: number) => new Date(epoch + minutes * minute).toISOString()

interface Place {
  readonly slot: string
  readonly doctor: string
  readonly from: number
  readonly to: number
  readonly capacity: number
}

/** Slots side by side and across each other, of one doctor and of others; and a group of two. */
export const places: readonly Place[] = [
  { slot: 'early', doctor: 'a', from: 0, to: 30, capacity: 1 },
  { slot: 'late', doctor: 'a', from: 30, to: 60, capacity: 1 },
  { slot: 'across', doctor: 'a', from: 15, to: 45, capacity: 1 },
  { slot: 'other', doctor: 'b', from: 0, to: 30, capacity: 1 },
  { slot: 'group', doctor: 'g', from: 0, to: 30, capacity: 2 },
]

export const patients = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5']

/** More of a doctor's time, to be moved to and to wait for. */
export const morePlaces: readonly Place[] = [
  { slot: 'next', doctor: 'a', from: 60, to: 90, capacity: 1 },
  { slot: 'last', doctor: 'a', from: 90, to: 120, capacity: 1 },
]

export function clinic(more: readonly Place[] = []): readonly Resource[] {
  const doctors = [...new Set(places.map(({ doctor }) => doctor))]
  return [
    ...doctors.map((id) => ({ resourceType: 'Practitioner', id, active: true })),
    ...doctors.map((id) => ({
      resourceType: 'Schedule',
      id,
      active: true,
      actor: [{ reference: `Practitioner/${id}` }],
    })),
    ...[...places, ...more].map(({ slot, doctor, from, to, capacity }) => ({
      resourceType: 'Slot',
      id: slot,
      status: 'free',
      schedule: { reference: `Schedule/${doctor}` },
      start: instant(from),
      end: instant(to),
      ...(capacity > 1 && {
        extension: [
          {
            url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity',
            valueInteger: capacity,
          },
        ],
      }),
    })),
    ...patients.map((id) => ({ resourceType: 'Patient', id, active: true })),
  ]
}

/** In this clinic whoever says why may have one visit more than there is room for. */
export const reasoned = {
  url: 'https://almanac.example/fhir/StructureDefinition/override-reason',
  extension: [
    { url: 'rule', valueString: 'PlanDefinition/more' },
    { url: 'reason', valueString: 'It cannot wait' },
  ],
}

export function visit(
  id: string,
  place: Place,
  patient: string,
  status: string,
  { expires, over = false }: { readonly expires?: number | undefined; readonly over?: boolean } = {},
): Resource {
  const extension = [
    ...(expires === undefined ? [] : [{ url: holdExpires, valueInstant: new Date(expires).toISOString() }]),
    ...(over ? [reasoned] : []),
  ]
  return {
    resourceType: 'Appointment',
    id,
    status,
    ...(extension.length > 0 && { extension }),
    start: instant(place.from),
    end: instant(place.to),
    slot: [{ reference: `Slot/${place.slot}` }],
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
  }
}

export function demandsOf(
  { slot, doctor, from, to, capacity }: Place,
  patient: string,
  over: boolean,
): readonly Demand[] {
  return [
    { actor: `Slot/${slot}`, from, to, capacity, over },
    { actor: `Practitioner/${doctor}`, from, to, capacity, over },
    { actor: `Patient/${patient}`, from, to, capacity: 1, over: false },
  ]
}

export type { Place }
