import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { checkSlotMove, followingStatus } from '../slot-status.ts'
import type { ClaimedSlot } from './claim.ts'
import type { Facts } from './load-facts.ts'
import { resourceBefore } from './resource-before.ts'
import { isTakenAround } from './taken-around.ts'
import { placesOf } from './wishes.ts'

export function checkSlotChange(change: Change): void {
  const { after } = change
  if (after === undefined) return
  if (!(Date.parse(String(after.end)) > Date.parse(String(after.start))))
    throw new Refusal('unprocessable', 'A Slot ends after it begins.', { expression: 'Slot.end' })
  const before = resourceBefore(change)
  if (before !== undefined) checkSlotMove(String(before.status), String(after.status), `Slot/${change.id}`)
}

/**
 * A slot that carries appointments keeps its time, its schedule and the status that follows from them, unless they are
 * all `fresh`: written together with it.
 */
export function checkSlotEdit(change: Change, slot: ClaimedSlot, fresh: number, facts: Facts): void {
  const { firm, soft } = slot.claims
  if (firm + soft === 0 || firm + soft === fresh) return
  const before = JSON.parse(slot.current.text) as Resource
  const { after } = change
  const about = `Slot/${change.id}`
  const refusal = (sentence: string, expression: string) =>
    new Refusal('conflict', `${about} carries an appointment: ${sentence}`, { expression, about })
  if (after === undefined) throw refusal('cancel or move that first.', 'Slot')
  for (const name of ['start', 'end'] as const)
    if (Date.parse(String(after[name])) !== Date.parse(String(before[name])))
      throw refusal('move the appointment, not its slot.', `Slot.${name}`)
  if (referenceOf(after) !== referenceOf(before)) throw refusal('it stays in its schedule.', 'Slot.schedule')
  const state = { status: String(before.status), around: isTakenAround(before) }
  const { status: followed } = followingStatus(state, slot.claims, placesOf(after, facts))
  if (after.status !== followed)
    throw refusal(`its status follows from that and is ${followed}.`, 'Slot.status')
}

const referenceOf = (slot: Resource): unknown =>
  (slot.schedule as { reference?: unknown } | undefined)?.reference
