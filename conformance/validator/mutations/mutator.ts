import type { Definitions } from '#fhir/definitions.ts'
import type { Random } from '../random.ts'
import type { Spot } from '../spots.ts'

/** One way to change a resource at a spot. */
export interface Mutator {
  readonly kind: string
  /** What tells it from others of its kind. */
  readonly about?: string
  /** What it leaves is no JSON of the type any more. */
  readonly breaksStructure?: boolean
  applies(spot: Spot, definitions: Definitions): boolean
  /** Changes the spot's owner or value in place. */
  change(spot: Spot, random: Random, definitions: Definitions): void
}
