import type { Principal } from '#access/principal.ts'
import type { Reads } from '#store/store.ts'
import type { Advice } from '../advice.ts'

export interface ClaimParts {
  readonly advice: Advice
  readonly settings: SchedulingSettings
  readonly clock: () => Date
  /** URLs under which a clinic's own resources may be named. */
  readonly localBases: (tenant: string) => readonly string[]
  /** Under which the clinic itself holds time for a patient: an offer of the waiting list. */
  readonly ownClient?: string
  /** For alternatives, when the loser's transaction is over. */
  readonly openReads: (principal: Principal) => Reads
}

export interface SchedulingSettings {
  readonly timeZone: string
  /** How long a hold lasts when its maker does not say, and at most, in minutes. */
  readonly holdMinutes: number
  readonly longestHoldMinutes: number
  readonly holdsPerClient: number
  readonly holdsPerPatient: number
}
