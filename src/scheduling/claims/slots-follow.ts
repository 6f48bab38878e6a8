import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import { followingStatus } from '../slot-status.ts'
import type { ClaimedSlot } from './claim.ts'
import type { Facts } from './load-facts.ts'
import type { Wish } from './wishes.ts'
import { placesOf } from './wishes.ts'

/** The new versions of slots whose appointments have changed. */
export function followSlots(
  slots: readonly ClaimedSlot[],
  written: ReadonlyMap<string, Change>,
  wishes: readonly Wish[],
  facts: Facts,
): readonly Change[] {
  const known = new Set(slots.map(({ current }) => current.id))
  const stored = slots.map((slot) => ({
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
    const status = followingStatus(String(slot.status), claims, places)
    const overbooked = claims.firm + claims.soft > places
    if (status === slot.status && overbooked === (slot.overbooked === true)) return []
    const { overbooked: _, ...rest } = slot
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
