import type { Interval } from '../availability/interval.ts'
import type { Candidate } from './candidate.ts'

/** A visit that could be booked: with whom, where, and when. */
export interface FoundTime extends Interval {
  readonly main: Candidate
  /** A room, a device. */
  readonly aids: readonly Candidate[]
  /** Visits that the main schedule has in the range already: whoever has fewest comes first. */
  readonly load: number
}
