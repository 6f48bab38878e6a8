import type { Resource } from '#fhir/resource.ts'
import type { Database } from '#store/store.ts'

const rememberedMs = 60_000

/** What a clinic calls itself: its Organization that is part of no other; else the name in its address. */
export function createClinicNames(
  database: Pick<Database, 'asSystem'>,
  now: () => number = Date.now,
): (clinic: string) => Promise<string> {
  const known = new Map<string, { readonly name: string; readonly until: number }>()
  return async (clinic) => {
    const held = known.get(clinic)
    if (held !== undefined && held.until > now()) return held.name
    const { matches } = await database.asSystem(clinic).search({
      types: ['Organization'],
      where: [],
      sort: [],
      includes: [],
      count: 20,
      total: 'none',
    })
    const organizations = matches.map(({ text }) => JSON.parse(text) as Resource)
    const top = organizations.find(({ partOf }) => partOf === undefined)
    const name = typeof top?.name === 'string' ? top.name : clinic
    known.set(clinic, { name, until: now() + rememberedMs })
    return name
  }
}
