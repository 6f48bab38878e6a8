import type { StoredVersion } from '#fhir/resource.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Transaction } from '#store/store.ts'
import type { Criteria } from './criteria.ts'
import type { RoadParts } from './walk.ts'

export interface MatchParts extends Pick<RoadParts, 'definitions' | 'settings'> {
  /** Of the request: a reference to something below it is a local one. */
  readonly base?: string
}

/**
 * https://hl7.org/fhir/R4/http.html#ccreate. Whoever asks with one of the same criteria waits here until this
 * transaction ends, then sees what it wrote: fifty at once leave one resource.
 */
export async function findMatches(
  parts: MatchParts,
  tx: Transaction,
  viewer: Viewer,
  type: string,
  criteria: Criteria,
  most: number,
): Promise<readonly StoredVersion[]> {
  await tx.lock(lockKeys(type, criteria))
  return searchMatches(parts, tx, viewer, type, criteria, most)
}

/** For whoever holds the locks already. A parameter that is not understood refuses: ignored, it would match anything. */
export async function searchMatches(
  parts: MatchParts,
  tx: Transaction,
  viewer: Viewer,
  type: string,
  criteria: Criteria,
  most: number,
): Promise<readonly StoredVersion[]> {
  const where = parseClauses(parts.definitions, type, criteria, {
    timeZone: parts.settings.timeZone,
    ...(parts.base !== undefined && { base: parts.base }),
  })
  const query = { types: [type], where, sort: [], count: most, total: 'none', includes: [] } as const
  const page = await tx.as(viewer).search(query)
  return page.matches
}

/** `identifier=a|x` and `identifier=x` may mean the same resource, so a token's system is no part of the key. */
export function lockKeys(type: string, criteria: Criteria): readonly string[] {
  const keys = new Set<string>()
  for (const [name, value] of criteria) {
    for (const part of value.split(',')) {
      const code = part.slice(part.lastIndexOf('|') + 1).toLowerCase()
      keys.add(`conditional ${type}?${name.split(':')[0]}=${code}`)
    }
  }
  return [...keys]
}
