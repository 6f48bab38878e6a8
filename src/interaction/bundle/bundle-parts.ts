import type { RoadParts } from '../walk.ts'

export interface BundleParts extends Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'newId'> {
  /** The most entries that one bundle may have. */
  readonly entryLimit: number
  /** A failure of our own in one entry of a batch: the others go on, the log hears of it. */
  readonly reportFault: (failure: unknown) => void
}

export interface TransactionParts extends BundleParts {
  /** The base that the bundle came to: references below it are local. */
  readonly base: string
}
