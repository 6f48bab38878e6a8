import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Reads, Transaction } from '#store/store.ts'

/** What the promise of the calendar asks of its availability and rules. */
export interface Advice {
  /** What could be booked instead, best first, as Appointments with status proposed; asked when the loser's transaction is over. */
  alternatives(reads: Reads, wanted: Wanted, most: number): Promise<readonly Resource[]>
  /** Inside the write's transaction, when its actors are locked and claimed: what this booking would break. */
  checkRules(tx: Transaction, booking: Booking): Promise<readonly BrokenRule[]>
  /** Sure at once, unasked and unlocked: neither calendars nor rules of the clinic have anything against this booking. */
  allows(tx: Transaction, booking: Booking): Promise<boolean>
  /** By what right this booking may take more than there is room for; undefined: by none. */
  overbooking(tx: Transaction, booking: Booking): Promise<Overbooking | undefined>
  /** The Appointment that a $find has answered under this id; undefined: unknown, or no longer offered. */
  loadOffer(tx: Transaction, id: string): Promise<Resource | undefined>
}

export interface Overbooking {
  /** Visits at once beyond the room that there is. */
  readonly most: number
  /** When it has been made use of. */
  audit(): void
}

export interface Wanted {
  readonly appointment: Resource
  readonly principal: Principal
}

export interface Booking extends Wanted {
  /** What it was until now. */
  readonly before?: Resource
  /** `Schedule/1`: those whose slots it takes. */
  readonly schedules: readonly string[]
}

export interface BrokenRule {
  readonly rule: string
  /** The version of the resource that says so: `Basic/x/_history/2`. */
  readonly source: string
  /** For whoever books: what is not allowed, and what would be. */
  readonly sentence: string
  readonly severity: 'refuse' | 'warn' | 'approve'
  readonly overridableBy: readonly string[]
  readonly expression?: string
}
