import type { Definitions } from '../definitions.ts'
import type { ProfileFaults } from './faults.ts'
import type { ProfileDefinition } from './profile.ts'
import type { StructureSource } from './structure-source.ts'

/** What the making of one snapshot works with. */
export interface SnapshotParts {
  readonly definitions: Definitions
  readonly url: string
  /** Another profile's snapshot: undefined for an unknown one, for one that cannot be made the reason. */
  readonly profile: (canonical: string) => ProfileDefinition | string | undefined
  /** As written, for what can be told without a snapshot: its type, its base. */
  readonly source: (canonical: string) => StructureSource | undefined
  readonly faults: ProfileFaults
  /** The end of a sentence when a FHIRPath expression cannot be used. */
  readonly faultOfExpression: (expression: string) => string | undefined
}
