import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Transaction } from '#store/store.ts'
import type { Criteria } from '../criteria.ts'
import { searchMatches } from '../find-matches.ts'
import type { TransactionParts } from './bundle-parts.ts'
import { refuseEntry } from './entry-refusal.ts'
import { hasIdentifier, type IdentifierCriterion, readIdentifierCriterion } from './identifier-criterion.ts'

/** Criteria in a bundle that must be answered before its first write. */
export interface LookUp {
  readonly type: string
  readonly criteria: Criteria
  readonly viewer: Viewer
  /** Look-ups of one group have the same viewer. */
  readonly group: string
  readonly most: number
  /** Where a refusal of these criteria points. */
  readonly expression: string
}

type Matches = readonly StoredVersion[]

/** A search each is a round trip each; by identifier, which is how bundles ask, fifty go together. */
const together = 50
const mostAlone = 500

export async function lookUp(
  parts: TransactionParts,
  tx: Transaction,
  lookUps: readonly LookUp[],
): Promise<ReadonlyMap<LookUp, Matches>> {
  const found = new Map<LookUp, Matches>()
  const alone: LookUp[] = []
  const grouped = new Map<string, [LookUp, IdentifierCriterion][]>()
  for (const one of lookUps) {
    const criterion = readIdentifierCriterion(one.criteria)
    if (criterion === undefined) alone.push(one)
    else {
      const key = `${one.group} ${one.type}`
      const group = grouped.get(key) ?? []
      group.push([one, criterion])
      grouped.set(key, group)
    }
  }
  for (const group of grouped.values()) {
    for (let i = 0; i < group.length; i += together) {
      const chunk = group.slice(i, i + together)
      if (!(await searchTogether(parts, tx, chunk, found))) alone.push(...chunk.map(([one]) => one))
    }
  }
  if (alone.length > mostAlone) {
    throw new Refusal(
      'too-costly',
      `The Bundle needs more than ${mostAlone} searches: use criteria of the form identifier=system|value, or send several bundles.`,
    )
  }
  for (const one of alone) {
    found.set(one, await search(parts, tx, one, one.criteria, one.most))
  }
  return found
}

/** False when the answer is too long to tell whose matches are missing. */
async function searchTogether(
  parts: TransactionParts,
  tx: Transaction,
  chunk: readonly (readonly [LookUp, IdentifierCriterion])[],
  found: Map<LookUp, Matches>,
): Promise<boolean> {
  const [first] = chunk
  if (first === undefined || chunk.length === 1) return false
  const most = 2 * chunk.length
  const values = new Set(chunk.map(([, { text }]) => text))
  const matches = await search(parts, tx, first[0], [['identifier', [...values].join(',')]], most)
  if (matches.length >= most) return false
  const resources = matches.map((match) => [match, JSON.parse(match.text) as unknown] as const)
  for (const [one, criterion] of chunk) {
    found.set(
      one,
      resources.filter(([, resource]) => hasIdentifier(resource, criterion)).map(([match]) => match),
    )
  }
  return true
}

async function search(
  parts: TransactionParts,
  tx: Transaction,
  { type, viewer, expression }: LookUp,
  criteria: Criteria,
  most: number,
): Promise<Matches> {
  try {
    return await searchMatches(parts, tx, viewer, type, criteria, most)
  } catch (failure) {
    throw refuseEntry(failure, expression)
  }
}
