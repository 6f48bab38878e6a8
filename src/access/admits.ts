import type { ExtractionContext, Extractor } from '#fhir/extract.ts'
import type { IndexValue } from '#fhir/index-values.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Clause, SearchValue } from '#fhir/search-query.ts'

/**
 * Does what is visible hold for this text of a resource? For versions that are in no table any more: a resource that
 * was filed under another patient before must not show what it said then. Knows the clauses that access makes; any
 * other admits nothing.
 */
export function admits(
  visible: 'all' | 'nothing' | Clause,
  resource: Resource,
  extractor: Extractor,
  context: ExtractionContext,
): boolean {
  if (typeof visible === 'string') return visible === 'all'
  const index = extractor.extract(resource, context)

  const holds = (clause: Clause): boolean => {
    if (clause.kind === 'and') return clause.clauses.every(holds)
    if (clause.kind === 'or') return clause.clauses.some(holds)
    if (clause.kind === 'id') return clause.ids.includes(resource.id ?? '')
    if (clause.kind !== 'param' || clause.modifier !== undefined) return false
    const held = index.get(clause.parameter.code) ?? []
    return clause.values.some((sought) => held.some((value) => isSame(sought, value)))
  }
  return holds(visible)
}

function isSame(sought: SearchValue, held: IndexValue): boolean {
  if (sought.kind === 'reference' && held.kind === 'reference') {
    return held.reference !== undefined && sought.references.includes(held.reference)
  }
  if (sought.kind !== 'token' || held.kind !== 'token') return false
  const { system, code } = sought
  if (code !== undefined && code.toLowerCase() !== held.code?.toLowerCase()) return false
  if (system === undefined) return code !== undefined
  return system === null ? held.system === undefined : system === held.system
}
