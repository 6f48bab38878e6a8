import type { Interval } from '../availability/interval.ts'

/** Where somebody's busy time is known beside this server. */
export interface BusySource {
  /** As it is stored with a calendar. */
  readonly kind: string
  /** It leaves out this clinic's own visits; otherwise it counts them like everything else. */
  readonly tellsOwn: boolean
  /** Why this address cannot be one of this kind; undefined: it may be. */
  faultOf(address: string, clinic: string): string | undefined
  /** Throws a SourceFault when there is no answer, or none that can be followed. */
  load(question: BusyQuestion): Promise<readonly Interval[]>
}

export interface BusyQuestion {
  readonly address: string
  readonly clinic: string
  readonly range: Interval
  /** Of the clinic: for times that name no zone, and days. */
  readonly timeZone: string
  /** What ends so is a visit of this clinic that somebody has put into their own calendar. */
  readonly ownSuffix: string
}

/** A sentence for who set the calendar up; nothing of the address is in it, and of the answer a word of the vendor's at most. */
export class SourceFault extends Error {}
