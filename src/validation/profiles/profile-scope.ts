import type { Definitions } from '#fhir/definitions.ts'
import type { ProfileDefinition, ProfileElement } from '#fhir/profiles/profile.ts'
import type { Check } from '../place.ts'

/** Handed down while a profile is compiled. */
export interface ProfileScope {
  readonly definitions: Definitions
  /** By canonical, as the clinic sees them. */
  profile(canonical: string): ProfileDefinition | undefined
  /** All that the element asks of one value, at any type; undefined when it asks nothing. */
  valueCheck(element: ProfileElement): Check | undefined
}
