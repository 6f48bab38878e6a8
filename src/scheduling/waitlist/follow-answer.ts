import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import type { AnsweredVisit, Outcome } from '../answers/answer-rule.ts'
import { withStatus } from '../booking/appointment-edits.ts'
import { leaveGroup } from '../group-visit.ts'
import { loadWishes } from './entries.ts'
import { backToList } from './offer-edits.ts'
import { hasWaitListReason } from './wait-list-reason.ts'
import { sharePatient } from './waitlist-rule.ts'
import { replacedBy } from './wishes-of.ts'

export type AuditTaken = (tx: Transaction, principal: Principal, taken: Taken) => void

export interface Taken {
  readonly id: string
  /** `Appointment/1`: given up for it. */
  readonly replaced?: string
}

/**
 * An offer that is declined goes back to the list. One that is accepted is booked, and in the same transaction the later
 * visit is given up that was kept until now (SCHED-137).
 */
export async function followAnswer(
  auditTaken: AuditTaken,
  tx: Transaction,
  { id, before, after }: AnsweredVisit,
  principal: Principal,
): Promise<Outcome> {
  if (before.status !== 'pending' || !hasWaitListReason(before)) return { after, also: [] }
  if (after.status === 'cancelled' || after.status === 'proposed') {
    const wishes = await loadWishes(tx, id)
    return { after: wishes === undefined ? after : backToList(before, wishes), also: [] }
  }
  if (after.status !== 'booked') return { after, also: [] }
  const given = await giveUp(tx, after, principal)
  auditTaken(tx, principal, { id, ...(given && { replaced: `Appointment/${given.id}` }) })
  return { after, also: given === undefined ? [] : [given] }
}

const live: ReadonlySet<unknown> = new Set(['booked', 'pending'])

/** Only if it is still there, and theirs. */
async function giveUp(tx: Transaction, taken: Resource, principal: Principal): Promise<Change | undefined> {
  const id = replacedBy(taken)?.slice('Appointment/'.length)
  if (id === undefined) return undefined
  const before = await tx.as(principal.viewerFor('r')).read('Appointment', id)
  if (before === undefined || before.deleted) return undefined
  const visit = JSON.parse(before.whole ?? before.text) as Resource
  if (!live.has(visit.status) || !sharePatient(visit, taken)) return undefined
  const after =
    leaveGroup(visit, principal.patient && `Patient/${principal.patient}`) ??
    withStatus(visit, 'cancelled', { text: 'An earlier time was taken instead.' })
  return { method: 'PUT', type: 'Appointment', id, before, after }
}

/** A hold of somebody on the list that has ended: they wait on. */
export async function returnToList(
  tx: Transaction,
  id: string,
  held: Resource,
): Promise<Resource | undefined> {
  if (!hasWaitListReason(held)) return undefined
  const wishes = await loadWishes(tx, id)
  return wishes === undefined ? undefined : backToList(held, wishes)
}
