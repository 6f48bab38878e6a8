import type { SearchParameter } from '#fhir/definitions.ts'
import type { Clause } from '#fhir/search-query.ts'
import { layoutOf } from './layout.ts'

/**
 * What PostgreSQL cannot know of a prepared statement, whose plan is made without the values. For a term or a pattern
 * it then expects one row in a hundred, finds reading the table in id order until a page is full cheaper than the
 * term index, and reads a million rows for a patient's identifier.
 */
export interface PlanHints {
  /** The criteria are met by few rows: find those first, then put them in order. */
  readonly fenced: boolean
  /** One plan is right for all values; otherwise each search is planned for its own. */
  readonly prepared: boolean
}

export function planHints(where: readonly Clause[]): PlanHints {
  let fenced = false
  let prepared = false
  for (const clause of where) {
    const hint = hintOf(clause)
    if (hint === 'few-by-terms') fenced = true
    if (hint !== undefined) prepared = true
  }
  return { fenced, prepared }
}

/** Names of people and things below three letters are no names: `a` begins every tenth. */
const shortestName = 3

function hintOf(clause: Clause): 'few' | 'few-by-terms' | undefined {
  if (clause.kind === 'id') return 'few'
  if (clause.kind === 'and') return clause.clauses.map(hintOf).find((hint) => hint !== undefined)
  if (clause.kind !== 'param' || clause.values.length === 0) return undefined
  const { parameter, modifier, values } = clause
  if (modifier === 'not' || modifier === 'not-in' || modifier === 'above' || modifier === 'below')
    return undefined
  switch (layoutOf(parameter).shape) {
    case 'terms':
      return modifier === undefined && namesOne(parameter) ? 'few-by-terms' : undefined
    case 'references':
      return 'few-by-terms'
    case 'string':
      return values.every((value) => value.kind === 'string' && value.text.length >= shortestName)
        ? 'few-by-terms'
        : undefined
    case 'reference':
      return modifier === 'identifier' ? 'few-by-terms' : 'few'
    case 'uri':
      return 'few'
    default:
      return undefined
  }
}

/** Identifiers, telephone numbers: nearly one resource a value, unlike codes. */
function namesOne({ dataTypes }: SearchParameter): boolean {
  return dataTypes.length > 0 && dataTypes.every((type) => type === 'Identifier' || type === 'ContactPoint')
}
