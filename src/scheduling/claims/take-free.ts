import type { Principal } from '#access/principal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'
import type { ClaimParts } from './claim-parts.ts'
import type { Facts } from './load-facts.ts'
import type { Taker } from './moves.ts'
import { withNamedActors } from './name-actors.ts'
import { scheduleOf, type Wish } from './wishes.ts'

/** What ends sooner could be over when the statement comes to it. */
const soon = 60_000

/**
 * The common booking: new visits, each in free slots of its own, that no rule has anything against. Their claims are taken by
 * the statement that writes them, together with other bookings of that moment; it takes them all, of slots that are as they
 * were seen here, or keeps nothing, and the transaction is run again and asks (docs/decisions/0028-bookings-in-one-statement.md).
 * Undefined: to be asked now.
 */
export async function takeFree(
  { advice, clock }: ClaimParts,
  takers: readonly Taker[],
  wishes: readonly Wish[],
  facts: Facts,
  tx: Transaction,
  principal: Principal,
): Promise<readonly Change[] | undefined> {
  const earliest = clock().getTime() + soon
  const plain = ({ capacity, tentative, ends }: Wish) =>
    capacity === 1 && !tentative && Date.parse(ends) > earliest
  if (tx.hindered || !wishes.every(plain)) return undefined
  const taken: Resource[] = []
  for (const taker of takers) {
    const { before, visit } = taker
    const slots = visit.slots.flatMap(({ reference }) => facts.get(reference) ?? [])
    const free = slots.length > 0 && slots.length === visit.slots.length && slots.every(isFree)
    if (before !== undefined || !free) return undefined
    const schedules = [...new Set(slots.map(scheduleOf))]
    if (!(await advice.allows(tx, { appointment: withNamedActors(taker), principal, schedules })))
      return undefined
    taken.push(...slots)
  }
  const versions = new Map(taken.map((slot) => [`Slot/${slot.id}`, versionOf(slot)]))
  tx.guard(
    'almanac_take_free',
    wishes.map(({ appointment, actor, begins, ends }) => ({
      ...{ appointment, actor, begins, ends },
      version: versions.get(actor),
    })),
  )
  return taken.map((slot) => ({
    ...{ method: 'PUT', type: 'Slot', id: String(slot.id) },
    ...{ before: storedVersion(slot), after: { ...slot, status: 'busy' } },
  }))
}

const isFree = ({ status }: Resource): boolean => status === 'free'

const versionOf = ({ meta }: Resource): number => Number(meta?.versionId)

function storedVersion(slot: Resource): StoredVersion {
  const updated = new Date(String(slot.meta?.lastUpdated))
  return {
    ...{ type: 'Slot', id: String(slot.id), version: versionOf(slot), updated },
    ...{ method: 'PUT', deleted: false, text: JSON.stringify(slot) },
  }
}
