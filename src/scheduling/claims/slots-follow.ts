import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { followingStatus } from '../slot-status.ts'
import type { ClaimedSlot } from './claim.ts'
import type { Facts } from './load-facts.ts'
import { type Around, statusAround } from './slots-around.ts'
import { isTakenAround, markAround } from './taken-around.ts'
import type { Wish } from './wishes.ts'
import { placesOf } from './wishes.ts'

/** The new versions of slots whose appointments have changed. */
export function followSlots(
  slots: readonly ClaimedSlot[],
  written: ReadonlyMap<string, Change>,
  wishes: readonly Wish[],
  facts: Facts,
  around: Around,
): readonly Change[] {
  const own = new Set(slots.map(({ current }) => current.id))
  const touched = [...slots, ...around.slots.filter(({ current }) => !own.has(current.id))]
  const known = new Set(touched.map(({ current }) => current.id))
  const stored = touched.map((slot) => ({
    ...slot,
    version: newest(slot.current, written.get(`Slot/${slot.current.id}`)),
  }))
  const fresh = [...written.values()]
    .filter(({ type, id, after }) => type === 'Slot' && after !== undefined && !known.has(id))
    .map((change) => ({ version: newest(undefined, change), claims: claimsOf(change.id, wishes) }))
  return [...stored, ...fresh].flatMap(({ version, claims }) => {
    if (version === undefined) return []
    const slot = JSON.parse(version.text) as Resource
    const places = placesOf(slot, facts)
    const besides = statusAround(slot, around.claims.get(`Slot/${slot.id}`) ?? [], facts)
    const { status, around: marked } = followingStatus(
      { status: String(slot.status), around: isTakenAround(slot) },
      { ...claims, ...(besides && { around: besides }) },
      places,
    )
    const overbooked = claims.firm + claims.soft > places
    const same = status === slot.status && marked === isTakenAround(slot)
    if (same && overbooked === (slot.overbooked === true)) return []
    const { overbooked: _, ...rest } = markAround(slot, marked)
    const after = { ...rest, status, ...(overbooked && { overbooked }) }
    return [{ method: 'PUT', type: 'Slot', id: version.id, before: version, after } as const]
  })
}

/** A new slot has the claims that came with it. */
function claimsOf(id: string, wishes: readonly Wish[]) {
  const own = wishes.filter(({ actor }) => actor === `Slot/${id}`)
  const soft = own.filter(({ tentative }) => tentative).length
  return { firm: own.length - soft, soft, earlier: 0 }
}

/** What the same transaction has written of it comes after what is stored. */
function newest(current: StoredVersion | undefined, written: Change | undefined): StoredVersion | undefined {
  if (written === undefined) return current
  const { after, method, id } = written
  if (after === undefined) return undefined
  const version = Number(after.meta?.versionId)
  const updated = new Date(String(after.meta?.lastUpdated))
  return { type: 'Slot', id, version, updated, deleted: false, method, text: JSON.stringify(after) }
}
