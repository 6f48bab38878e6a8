/** The parts of FHIR's ValueSet that are read: https://hl7.org/fhir/R4/valueset.html. */
export interface ValueSet {
  readonly resourceType: 'ValueSet'
  readonly url?: string
  readonly version?: string
  readonly name?: string
  readonly title?: string
  readonly status?: string
  readonly compose?: { readonly include?: readonly Inclusion[]; readonly exclude?: readonly Inclusion[] }
}

export interface Inclusion {
  readonly system?: string
  readonly version?: string
  readonly concept?: readonly { readonly code: string; readonly display?: string }[]
  readonly filter?: readonly ConceptFilter[]
  readonly valueSet?: readonly string[]
}

export interface ConceptFilter {
  readonly property: string
  readonly op: string
  readonly value: string
}

/** A concept as a member of a value set. */
export interface Concept {
  readonly system?: string
  readonly code: string
  readonly display?: string
  /** Groups others and is not for use itself. */
  readonly abstract?: boolean
  readonly inactive?: boolean
}

/** What a question may quote of a name that a client sent. */
export function shorten(canonical: string): string {
  return canonical.length > 200 ? `${canonical.slice(0, 200)}…` : canonical
}

export function inclusionsOf({ compose }: ValueSet): readonly Inclusion[] {
  return [...(compose?.include ?? []), ...(compose?.exclude ?? [])]
}

/** Bars stand in no URL that is a canonical. */
export function splitCanonical(canonical: string): readonly [url: string, version: string | undefined] {
  const bar = canonical.indexOf('|')
  return bar < 0 ? [canonical, undefined] : [canonical.slice(0, bar), canonical.slice(bar + 1)]
}
