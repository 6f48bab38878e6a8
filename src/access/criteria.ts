import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import type { Clause } from '#fhir/search-query.ts'

/** A right is drawn by codes and references. Dates and texts would move with the clock or the spelling. */
const kinds = new Set(['token', 'reference'])

/**
 * What a granular scope asks of a type, as clauses; refuses what cannot be asked, and the scope with it.
 * Modifiers, chains and `_filter` in scopes are experimental in SMART 2.2 and are refused.
 */
export function parseCriteria(
  type: string,
  criteria: readonly (readonly [name: string, value: string])[],
  definitions: Definitions,
): readonly Clause[] {
  for (const [name] of criteria) {
    if (!kinds.has(definitions.searchParameter(type, name)?.kind ?? '')) {
      throw new Refusal('not-supported', `A scope for ${type} cannot be narrowed by "${name}".`)
    }
  }
  return parseClauses(definitions, type, criteria, { timeZone: 'UTC' })
}
