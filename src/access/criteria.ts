import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Clause } from '#fhir/search-query.ts'

/** What a granular scope asks of a type, as clauses; refuses what cannot be asked, and the scope with it. */
export function parseCriteria(
  type: string,
  criteria: readonly (readonly [name: string, value: string])[],
  definitions: Definitions,
): readonly Clause[] {
  const unknown = criteria.find(([name]) => definitions.searchParameter(type, name) === undefined)
  throw new Refusal('not-supported', `${type} has no search parameter "${unknown?.[0] ?? ''}" for scopes.`)
}
