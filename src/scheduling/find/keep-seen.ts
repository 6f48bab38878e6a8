import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Reads } from '#store/store.ts'
import { referencesIn } from '../availability/roster-resource.ts'

/** Rosters are the clinic's, and offers are made of all of its slots: shown are those whose slots the caller could search. */
export async function keepSeen(
  openReads: (viewer: Viewer) => Pick<Reads, 'readMany'>,
  viewer: Viewer,
  offers: readonly Resource[],
): Promise<readonly Resource[]> {
  const named = [...new Set(offers.flatMap(slotsOf))]
  if (named.length === 0 || viewer.visible('Slot') === 'all') return offers
  const keys = named.map((reference) => ({ type: 'Slot', id: reference.slice('Slot/'.length) }))
  const found = await openReads(viewer).readMany(keys)
  const seen = new Set(found.filter(({ deleted }) => !deleted).map(({ id }) => `Slot/${id}`))
  return offers.filter((offer) => slotsOf(offer).every((slot) => seen.has(slot)))
}

function slotsOf({ slot }: Resource): readonly string[] {
  return referencesIn(slot)
}
