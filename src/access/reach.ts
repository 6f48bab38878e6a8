import type { Clause } from '#fhir/search-query.ts'

/** How far a right goes in a type: everywhere, nowhere, or to where a clause holds. */
export type Reach = 'all' | 'nothing' | Clause

/** Rights add up: what any of them reaches is reached. */
export function unite(reaches: Iterable<Reach>): Reach {
  const clauses: Clause[] = []
  for (const reach of reaches) {
    if (reach === 'all') return 'all'
    if (reach !== 'nothing') clauses.push(...partsOf('or', reach))
  }
  return combine('or', clauses) ?? 'nothing'
}

/** Limits add up: only what all of them reach is reached. */
export function intersect(reaches: Iterable<Reach>): Reach {
  const clauses: Clause[] = []
  for (const reach of reaches) {
    if (reach === 'nothing') return 'nothing'
    if (reach !== 'all') clauses.push(...partsOf('and', reach))
  }
  return combine('and', clauses) ?? 'all'
}

function partsOf(kind: 'and' | 'or', clause: Clause): readonly Clause[] {
  return clause.kind === kind ? clause.clauses : [clause]
}

/** The same clause twice is one: a scope and a role that say the same must not make every search dearer. */
function combine(kind: 'and' | 'or', clauses: readonly Clause[]): Clause | undefined {
  const distinct = [...new Map(clauses.map((clause) => [describe(clause), clause])).values()]
  return distinct.length > 1 ? { kind, clauses: distinct } : distinct[0]
}

/** Parameters by their name, as definitions of composites would make a long text. */
function describe(clause: Clause): string {
  return JSON.stringify(clause, (key, value) =>
    key === 'parameter' && typeof value === 'object' ? `${value.type}.${value.code}` : value,
  )
}
