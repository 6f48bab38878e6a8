import type { Resource } from '#fhir/resource.ts'
import { integerOf } from '../extension.ts'

const capacityUrl = 'https://almanac.example/fhir/StructureDefinition/capacity'
const slotCapacityUrl = 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity'

/** How many visits at once; undefined: it does not say. */
export const statedCapacity = (resource: Resource | undefined): number | undefined =>
  resource === undefined ? undefined : integerOf(resource, capacityUrl)

export const slotCapacity = (slot: Resource | undefined): number | undefined =>
  slot === undefined ? undefined : integerOf(slot, slotCapacityUrl)

/** Places that hold rooms: https://hl7.org/fhir/R4/valueset-location-physical-type.html. Many visits go on in them. */
const holdsRooms: ReadonlySet<string> = new Set([
  'si',
  'bu',
  'wi',
  'wa',
  'lvl',
  'co',
  'ho',
  'area',
  'jdn',
  'rd',
  'ca',
])

/** How many visits an actor can have at once; undefined: they are not counted. */
export function actorCapacity(type: string, resource: Resource | undefined): number | undefined {
  const stated = statedCapacity(resource)
  if (stated !== undefined) return stated
  if (type === 'HealthcareService' || type === 'RelatedPerson') return undefined
  if (type !== 'Location') return 1
  const { coding = [] } = (resource?.physicalType ?? {}) as { coding?: readonly { code?: string }[] }
  return coding.some(({ code }) => holdsRooms.has(code ?? '')) ? undefined : 1
}
