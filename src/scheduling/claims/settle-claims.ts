import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import { readVisit } from '../visit.ts'
import { findFaults } from './check-visit.ts'
import { claim } from './claim.ts'
import type { ClaimParts } from './claim-parts.ts'
import { checkHolds, newHolds } from './holds.ts'
import { type Facts, loadFacts } from './load-facts.ts'
import { findMoves, isCancellation, isTaker, type Taker, type Visited } from './moves.ts'
import { nameActors } from './name-actors.ts'
import { loadRights, withRight } from './overbooking-rights.ts'
import { refuseBroken } from './refuse-broken.ts'
import { refuseLost } from './refuse-lost.ts'
import { checkSlotEdit } from './slot-changes.ts'
import { loadAround, touchedPlaces } from './slots-around.ts'
import { followSlots } from './slots-follow.ts'
import { takeFree } from './take-free.ts'
import { findTooLate } from './too-late.ts'
import { actorsOf, buildWishes, scheduleActors, scheduleOf } from './wishes.ts'

/** Takes and gives back what the transaction's appointments need, and lets the slots follow. */
export async function settleClaims(
  parts: ClaimParts,
  changes: readonly Change[],
  tx: Transaction,
  principal: Principal,
): Promise<readonly Change[]> {
  // Most writes are of neither, and should not pay for this.
  const visits = changes.filter(({ type }) => type === 'Appointment')
  const moves = visits.length === 0 ? [] : findMoves(visits, parts.localBases(tx.tenant))
  const edits = changes.filter(
    ({ type, before }) => type === 'Slot' && before !== undefined && !before.deleted,
  )
  const now = parts.clock().getTime()
  const made = changes.filter(({ type, after }) => type === 'Slot' && isToCome(after, now))
  if (moves.length + edits.length + made.length === 0) return []
  const written = new Map(changes.map((change) => [`${change.type}/${change.id}`, change]))
  const isFresh = (slot: string) => written.has(slot) && !edits.includes(written.get(slot) as Change)
  const takers = await nameActors(tx, moves.filter(isTaker))
  const cancelled = moves.filter(isCancellation)
  const facts = await loadAll(tx, [...takers, ...cancelled], made, written)
  if (moves.length + edits.length === 0)
    return followSlots([], written, [], facts, await loadAround(tx, [], made, facts, true))
  refuseFaults(parts, takers, facts)
  const rights = await loadRights(parts.advice, tx, principal, takers, facts)
  const wishes = takers.flatMap(({ id, visit, taking }) =>
    withRight(buildWishes(visit, taking === 'tentative', facts), rights.get(id)),
  )
  if (takers.length === changes.length) {
    const followed = await takeFree(parts, takers, wishes, facts, tx, principal)
    if (followed !== undefined) return followed
    refuseLost(
      parts,
      principal,
      takers,
      { lost: await findTooLate(tx, takers, wishes, facts), slots: [] },
      isFresh,
    )
  }
  const slots = [
    // Who writes slots waits for whom they belong to.
    ...made.flatMap(({ after }) => scheduleActors(after as Resource, facts)),
    ...takers.flatMap(({ visit }) => visit.slots.map(({ reference }) => reference)),
    ...edits.map(({ id }) => `Slot/${id}`),
  ]
  const claimed = await claim(tx, {
    wishes,
    replaced: moves.filter(({ before }) => before !== undefined).map(({ id }) => id),
    slots: distinct(slots),
    holds: newHolds(takers, principal),
  })
  checkHolds(moves, claimed, principal, parts)
  refuseLost(parts, principal, takers, claimed, isFresh)
  for (const id of new Set(claimed.over)) rights.get(id)?.audit()
  for (const edit of edits) {
    const slot = claimed.slots.find(({ current }) => current.id === edit.id)
    const fresh = wishes.filter(({ actor }) => actor === `Slot/${edit.id}`).length
    if (slot !== undefined) checkSlotEdit(edit, slot, fresh, facts)
  }
  // A hold that is let go was never promised to anybody.
  const given = cancelled.filter(({ id }) => !claimed.held.some(({ appointment }) => appointment === id))
  await refuseBroken(parts.advice, tx, principal, [...takers, ...given], facts)
  const places = touchedPlaces(moves, wishes, claimed.freed, (one) =>
    readVisit(one, parts.localBases(tx.tenant)),
  )
  const around = await loadAround(tx, places, made, facts, false)
  return followSlots(claimed.slots, written, wishes, facts, around)
}

/** What is stored, and over it what this transaction is about to store. */
async function loadAll(
  tx: Transaction,
  visits: readonly Visited[],
  made: readonly Change[],
  written: ReadonlyMap<string, Change>,
): Promise<Map<string, Resource>> {
  const slots = visits.flatMap(({ visit }) => visit.slots.map(({ reference }) => reference))
  const fresh = [
    ...slots.flatMap((slot) => written.get(slot)?.after ?? []),
    ...made.flatMap(({ after }) => after ?? []),
  ]
  const schedules = fresh.map(scheduleOf)
  const actors = [
    ...visits.flatMap(({ visit }) => visit.actors.map(({ reference }) => reference)),
    ...schedules.flatMap((schedule) => actorsOf(written.get(schedule)?.after)),
  ]
  const facts = await loadFacts(tx, distinct(slots), distinct(actors), distinct(schedules))
  for (const [reference, { after }] of written) {
    if (after === undefined) facts.delete(reference)
    else facts.set(reference, after)
  }
  return facts
}

/** What is over nobody takes any more. */
function isToCome(slot: Resource | undefined, now: number): boolean {
  return slot !== undefined && Date.parse(String(slot.end)) > now
}

const distinct = (references: readonly string[]) => [...new Set(references)]

/** What lies in the past is history, imported or set right: it is stored as it is told. */
function refuseFaults({ clock, settings }: ClaimParts, takers: readonly Taker[], facts: Facts): void {
  const now = clock().getTime()
  for (const { id, visit } of takers) {
    const issues = visit.end <= now ? [] : findFaults(visit, facts, settings.timeZone)
    const [first] = issues
    if (first !== undefined)
      throw new Refusal('business-rule', first.diagnostics, { issues, about: `Appointment/${id}` })
  }
}
