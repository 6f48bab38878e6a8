import type { Change, WriteRule } from '#interaction/write-rule.ts'
import type { Database, Transaction } from '#store/store.ts'
import { loadRosters, loadSchedules, rosterTypes } from '../availability/load-rosters.ts'
import type { Neighbours } from '../availability/roster-neighbours.ts'
import { loadActorsWithCalendars } from '../external/calendar-rows.ts'
import type { BookingRule } from '../rules/booking-rule.ts'
import { loadBookingRules } from '../rules/load-booking-rules.ts'
import { calendarsByActor } from './calendars-by-actor.ts'
import { buildCandidate, type Candidate } from './candidate.ts'

/** What a clinic's bookings are judged by; all of it changes seldom. */
export interface ClinicCalendar {
  /** By schedule. */
  readonly candidates: ReadonlyMap<string, Candidate>
  /** The same, by whose time it is. */
  readonly byActor: ReadonlyMap<string, readonly Candidate[]>
  /** Rooms and machines without a calendar that somebody has asked for: see load-bare.ts. */
  readonly bare: Map<string, Candidate>
  readonly rules: readonly BookingRule[]
  /** Who has calendars elsewhere that keep them busy too. */
  readonly external: ReadonlySet<string>
}

interface Changing {
  /** A change of it may still wait in the transaction's buffer. */
  unsent: boolean
  loading?: Promise<ClinicCalendar>
}

/** Tells all processes that a clinic's calendar has changed. */
export const channel = 'almanac_rosters'
/** What it is made from. */
export const calendarTypes: readonly string[] = ['Schedule', ...rosterTypes, 'PlanDefinition']
/** More clinics than one process is busy with at a time. */
const mostClinics = 200

/**
 * Kept until a resource of it changes: known at once in this process, by NOTIFY in the others, so that a booking asks
 * the database nothing for it.
 */
export class ClinicCalendars {
  readonly #timeZone: string
  readonly #known = new Map<string, Promise<ClinicCalendar>>()
  /** Transactions that have changed what is kept: what they see is not yet true for others. */
  readonly #changing = new WeakMap<Transaction, Changing>()

  constructor(database: Pick<Database, 'notifications'>, timeZone: string) {
    this.#timeZone = timeZone
    database.notifications.subscribe(channel, {
      told: (tenant) => this.#forget(tenant),
      connected: () => this.#known.clear(),
      lost: () => this.#known.clear(),
    })
  }

  of(tx: Transaction): Promise<ClinicCalendar> {
    const { tenant } = tx
    const changing = this.#changing.get(tx)
    if (changing !== undefined) return this.#loadChanging(tx, changing)
    const known = this.#known.get(tenant)
    if (known !== undefined) return known
    const loading = this.#load(tx)
    if (this.#known.size >= mostClinics) this.#known.clear()
    this.#known.set(tenant, loading)
    loading.catch(() => {
      if (this.#known.get(tenant) === loading) this.#known.delete(tenant)
    })
    return loading
  }

  readonly rule: WriteRule = {
    name: 'calendar',
    types: calendarTypes,
    apply: async (_change: Change, tx: Transaction) => {
      if (this.#changing.has(tx)) this.#changing.set(tx, { unsent: true })
      return []
    },
    settle: async (changes: readonly Change[], tx: Transaction) => {
      if (!changes.some(({ type }) => calendarTypes.includes(type))) return []
      this.#changing.set(tx, { unsent: true })
      tx.afterCommit(() => this.#forget(tx.tenant))
      await tx.query('SELECT pg_notify($1, $2)', [channel, tx.tenant])
      return []
    },
  }

  #forget(tenant: string): void {
    this.#known.delete(tenant)
  }

  /** For many bookings of one transaction once; what is still in its buffer must not be missing in what is kept. */
  #loadChanging(tx: Transaction, changing: Changing): Promise<ClinicCalendar> {
    if (changing.loading !== undefined) return changing.loading
    if (!tx.settling) changing.unsent = false
    const loading = this.#load(tx)
    if (!changing.unsent) changing.loading = loading
    return loading
  }

  async #load(tx: Transaction): Promise<ClinicCalendar> {
    const schedules = await loadSchedules(tx, 'all')
    const { rosters, neighbours, resources } = await loadRosters(tx, schedules, this.#timeZone)
    const rules = await loadBookingRules(tx, this.#timeZone)
    const candidates = new Map(
      rosters.map((roster, at) => [
        roster.schedule,
        buildCandidate(roster, neighbours[at] as Neighbours, resources, true),
      ]),
    )
    return {
      rules,
      external: await loadActorsWithCalendars(tx),
      candidates,
      byActor: calendarsByActor(candidates.values()),
      bare: new Map(),
    }
  }
}
