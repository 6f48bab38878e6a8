import type { Resource } from '#fhir/resource.ts'

/** An extension, or an element that has some. */
export interface Extended {
  readonly url?: string
  readonly extension?: readonly Extended[]
  readonly [element: string]: unknown
}

export const extensionUrls = {
  timeZone: 'http://hl7.org/fhir/StructureDefinition/timezone',
  scheduleRules: 'https://almanac.example/fhir/StructureDefinition/schedule-rules',
  closure: 'https://almanac.example/fhir/StructureDefinition/closure',
  extraSession: 'https://almanac.example/fhir/StructureDefinition/extra-session',
  bookingRule: 'https://almanac.example/fhir/StructureDefinition/booking-rule',
  overrideReason: 'https://almanac.example/fhir/StructureDefinition/override-reason',
  slotCapacity: 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity',
} as const

export function extensionsOf(from: Resource | Extended, url: string): readonly Extended[] {
  const list = from.extension
  return Array.isArray(list) ? list.filter((one: Extended) => one?.url === url) : []
}

export function extensionOf(from: Resource | Extended, url: string): Extended | undefined {
  return extensionsOf(from, url)[0]
}
