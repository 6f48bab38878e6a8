import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { urgencyOf } from './wishes-of.ts'

/** One who waits, or whom something is offered to at the moment. */
export interface Entry {
  readonly id: string
  readonly appointment: Resource
  readonly since: Date
  readonly urgency: number
}

/** SCHED-136: by urgency, then by the time waited. */
export async function loadEntries(tx: Transaction): Promise<readonly Entry[]> {
  const rows = await tx.query<{ id: string; appointment: Resource; since: Date }>(
    `SELECT e.appointment AS id, a.content AS appointment, e.since
     FROM waitlist_entry e JOIN ${tableOf('Appointment')} a ON a.tenant = e.tenant AND a.id = e.appointment
     WHERE e.tenant = $1`,
    [tx.tenant],
  )
  return rows
    .map((row) => ({ ...row, urgency: urgencyOf(row.appointment) }))
    .toSorted(
      (a, b) => a.urgency - b.urgency || a.since.getTime() - b.since.getTime() || (a.id < b.id ? -1 : 1),
    )
}

export const isWaiting = ({ appointment }: Entry): boolean => appointment.status === 'waitlist'

export interface PastOffer {
  readonly appointment: string
  readonly made: Date
  readonly begins: Date
  readonly ends: Date
  readonly deadline: Date
  readonly outcome: 'accepted' | 'declined' | 'expired' | 'withdrawn' | null
}

/** What these were offered, the newest last. */
export function loadOffers(tx: Transaction, ids: readonly string[]): Promise<readonly PastOffer[]> {
  return tx.query<PastOffer>(
    `SELECT appointment, made, begins, ends, deadline, outcome FROM waitlist_offer
     WHERE tenant = $1 AND appointment = ANY($2) ORDER BY made`,
    [tx.tenant, ids],
  )
}

/** The Appointment as it was put on the list; undefined: it is not on it. */
export async function loadWishes(tx: Transaction, id: string): Promise<Resource | undefined> {
  const [row] = await tx.query<{ text: string }>(
    `SELECT h.text FROM waitlist_entry e
     JOIN history h ON h.tenant = e.tenant AND h.type = 'Appointment' AND h.id = e.appointment AND h.version = e.version
     WHERE e.tenant = $1 AND e.appointment = $2`,
    [tx.tenant, id],
  )
  return row === undefined ? undefined : (JSON.parse(row.text) as Resource)
}
