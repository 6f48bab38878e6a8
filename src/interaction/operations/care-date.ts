import type { Definitions, SearchParameter } from '#fhir/definitions.ts'

/**
 * "Care dates": when something happened, or was to happen, to the patient; not when it was recorded, unless nothing
 * else is known. The first of these that a type has.
 */
const codes = [
  'authoredon',
  'occurrence',
  'onset-date',
  'effective-time',
  'effective',
  'whenhandedover',
  'started',
  'collected',
  'sent',
  'start-date',
  'identified',
  'event-date',
  'datewritten',
  'datetime',
  'date',
  'period',
  'authored',
  'authored-on',
  'created',
  'entered-date',
  'recorded',
]
/** A birth is no visit. */
const people: ReadonlySet<string> = new Set(['Patient', 'Person', 'RelatedPerson'])

export function findCareDate(definitions: Definitions, type: string): SearchParameter | undefined {
  if (people.has(type)) return undefined
  for (const code of codes) {
    const parameter = definitions.searchParameter(type, code)
    if (parameter?.kind === 'date') return parameter
  }
  return undefined
}
