import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { buildOffer } from './build-offer.ts'
import type { Candidate } from './candidate.ts'
import type { FindWish } from './find-wish.ts'
import type { FoundTime } from './found-time.ts'
import { loadSlotPlaces, type SlotPlace } from './load-times.ts'

/** Names the slots of a few visits, which until now were times alone. */
export async function makeOffers(
  tx: Transaction,
  times: readonly FoundTime[],
  { range, patients }: FindWish,
  idOf: (at: number) => string,
): Promise<readonly Resource[]> {
  const schedules = new Set(times.flatMap((time) => withSlots(time).map(({ roster }) => roster.schedule)))
  const hull = {
    start: Math.min(...times.map(({ start }) => start)),
    end: Math.max(...times.map(({ end }) => end)),
  }
  const places = times.length === 0 ? new Map() : await loadSlotPlaces(tx, [...schedules], hull)
  return times.flatMap((time, at) => {
    const slots = withSlots(time).map(({ roster }) => chain(places.get(roster.schedule) ?? [], time))
    // Gone since they were looked for.
    if (slots.some((list) => list === undefined)) return []
    const ids = slots.flatMap((list) => (list ?? []).map(({ id }) => `Slot/${id}`))
    return [buildOffer(time, { id: idOf(at), slots: ids, range, patients })]
  })
}

export function withSlots({ main, aids }: FoundTime): readonly Candidate[] {
  return [main, ...aids].filter(({ hasSlots }) => hasSlots)
}

/** Slots, each beginning where the one before it ends, that cover the visit. */
export function chain(
  slots: readonly SlotPlace[],
  { start, end }: Interval,
): readonly SlotPlace[] | undefined {
  const found: SlotPlace[] = []
  let reached = start
  for (const slot of slots) {
    if (reached >= end) break
    if (slot.end <= reached || slot.start > reached) continue
    found.push(slot)
    reached = slot.end
  }
  return reached >= end ? found : undefined
}
