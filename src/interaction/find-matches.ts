import type { StoredVersion } from '#fhir/resource.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Transaction } from '#store/store.ts'
import type { Criteria } from './criteria.ts'
import type { RoadParts } from './walk.ts'

/**
 * https://hl7.org/fhir/R4/http.html#ccreate. Whoever asks with one of the same criteria waits here until this
 * transaction ends, then sees what it wrote: fifty at once leave one resource.
 */
export async function findMatches(
  parts: Pick<RoadParts, 'definitions'>,
  tx: Transaction,
  viewer: Viewer,
  type: string,
  criteria: Criteria,
  most: number,
): Promise<readonly StoredVersion[]> {
  const search = parseSearch(parts.definitions, [type], criteria, { strict: true })
  await tx.lock(lockKeys(type, criteria))
  const { matches } = await tx
    .as(viewer)
    .search({ ...search.query, count: most, total: 'none', sort: [], includes: [] })
  return matches
}

/** `identifier=a|x` and `identifier=x` may mean the same resource, so a token's system is no part of the key. */
function lockKeys(type: string, criteria: Criteria): string[] {
  const keys = new Set<string>()
  for (const [name, value] of criteria) {
    for (const part of value.split(',')) {
      keys.add(
        `conditional ${type}?${name.split(':')[0]}=${part.slice(part.lastIndexOf('|') + 1).toLowerCase()}`,
      )
    }
  }
  return [...keys]
}
