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

/** Slots that cover the visit: of several that lie over an instant the one that begins last, so that none is taken without need. */
export function chain(
  slots: readonly SlotPlace[],
  { start, end }: Interval,
): readonly SlotPlace[] | undefined {
  const found: SlotPlace[] = []
  for (let reached = start; reached < end; ) {
    const next = slots.findLast((slot) => slot.start <= reached && reached < slot.end)
    if (next === undefined) return undefined
    found.push(next)
    reached = next.end
  }
  return found
}
