import type { StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'

/** Down the road of every write, in the transaction that is open, as whoever re-plans. */
export type Write = (change: Change) => Promise<StoredVersion>
