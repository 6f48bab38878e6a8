import type { Clause } from '../search-query.ts'
import { parseClause, readValues } from './parse-clause.ts'
import { parseCompartment } from './parse-compartment.ts'
import type { ParseContext, Place } from './parse-context.ts'
import { parseFilter } from './parse-filter.ts'

/** One `name=value` of a search over `types`, as the caller sent it: counted against what one search may ask. */
export function parseCriterion(
  context: ParseContext,
  types: readonly string[],
  name: string,
  value: string,
  place: Place,
): Clause {
  if (name === '_filter') return parseFilter(context, types, value, place)
  if (name === '_compartment') return parseCompartment(context, types, value, place)
  context.budget.takeCriterion(place.expression)
  context.budget.takeValues(readValues(value, place).length, place.expression)
  return parseClause(context, types, name, value, place)
}
