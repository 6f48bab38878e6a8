/** The parts of FHIR's CodeSystem that are read: https://hl7.org/fhir/R4/codesystem.html. */
export interface CodeSystem {
  readonly resourceType: 'CodeSystem'
  readonly url?: string
  readonly version?: string
  readonly name?: string
  readonly title?: string
  readonly caseSensitive?: boolean
  readonly content?: string
  readonly property?: readonly { readonly code: string; readonly description?: string }[]
  readonly concept?: readonly DefinedConcept[]
}

export interface DefinedConcept {
  readonly code: string
  readonly display?: string
  readonly definition?: string
  readonly property?: readonly ConceptProperty[]
  readonly concept?: readonly DefinedConcept[]
}

export interface ConceptProperty {
  readonly code: string
  readonly [value: `value${string}`]: unknown
}

export function propertyValue(property: ConceptProperty): unknown {
  const key = Object.keys(property).find((name) => name.startsWith('value'))
  const value = key === undefined ? undefined : (property as unknown as Record<string, unknown>)[key]
  return typeof value === 'object' && value !== null && 'code' in value ? value.code : value
}
