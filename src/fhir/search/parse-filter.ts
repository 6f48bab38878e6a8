import type { SearchParameter } from '../definitions.ts'
import { Refusal } from '../refusal.ts'
import type { Clause, Prefix, SearchValue } from '../search-query.ts'
import { type Filter, parseFilterText } from './filter-grammar.ts'
import { findParameter, parseClause, parseLink } from './parse-clause.ts'
import type { ParseContext, Place } from './parse-context.ts'
import { buildDate, buildNumber } from './parse-measure.ts'
import { escapeValue } from './split.ts'

type Comparison = Filter & { kind: 'compare' }

export function parseFilter(
  context: ParseContext,
  types: readonly string[],
  text: string,
  place: Place,
): Clause {
  return lowerFilter(context, types, parseFilterText(text, place.expression), place)
}

function lowerFilter(context: ParseContext, types: readonly string[], filter: Filter, place: Place): Clause {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {
        kind: filter.kind,
        clauses: filter.filters.map((part) => lowerFilter(context, types, part, place)),
      }
    case 'not':
      return { kind: 'not', clause: lowerFilter(context, types, filter.filter, place) }
    case 'compare':
      context.budget.takeCriterion(place.expression)
      context.budget.takeValues(1, place.expression)
      return lowerComparison(context, types, filter, place)
  }
}

function lowerComparison(
  context: ParseContext,
  types: readonly string[],
  filter: Comparison,
  place: Place,
): Clause {
  const [step, ...rest] = filter.path
  if (step === undefined || rest.length === 0) return compare(context, types, step?.name ?? '', filter, place)
  return parseLink(context, types, step.name, place, (type, below) => [
    ...(step.filter === undefined ? [] : [lowerFilter(context, [type], step.filter, below)]),
    lowerComparison(context, [type], { ...filter, path: rest }, below),
  ])
}

/** What an operator means for each kind of parameter, in terms of the modifiers and prefixes that searches have. */
function compare(
  context: ParseContext,
  types: readonly string[],
  name: string,
  { operator, value, quoted }: Comparison,
  place: Place,
): Clause {
  const { expression } = place
  const plain = (modifier = '') =>
    parseClause(context, types, name + modifier, quoted ? escapeValue(value) : value, place)
  if (operator === 'pr') {
    return parseClause(context, types, `${name}:missing`, value === 'true' ? 'false' : 'true', place)
  }
  const [code = ''] = name.split(':')
  if (code === '_id' || code === '_lastUpdated') return compareOwn(code, operator, value, plain, expression)
  const parameter = findParameter(context, types, code, place)
  switch (parameter.kind) {
    case 'string': {
      const text: SearchValue = { kind: 'string', text: value }
      const string = (modifier?: 'equals' | 'contains' | 'ends-with'): Clause =>
        modifier === undefined
          ? { kind: 'param', parameter, values: [text] }
          : { kind: 'param', parameter, modifier, values: [text] }
      if (operator === 'eq') return string('equals')
      if (operator === 'ne') return { kind: 'not', clause: string('equals') }
      if (operator === 'co') return string('contains')
      if (operator === 'sw') return string()
      if (operator === 'ew') return string('ends-with')
      break
    }
    case 'token':
      if (operator === 'eq') return plain()
      if (operator === 'ne') return plain(':not')
      if (operator === 'in') return plain(':in')
      if (operator === 'ni') return plain(':not-in')
      if (operator === 'ss') return plain(':below')
      if (operator === 'sb') return plain(':above')
      break
    case 'uri':
      if (operator === 'eq') return plain()
      if (operator === 'ne') return { kind: 'not', clause: plain() }
      if (operator === 'ss' || operator === 'sw') return plain(':below')
      if (operator === 'sb') return plain(':above')
      break
    case 'reference':
      if (operator === 'eq' || operator === 're') return plain()
      if (operator === 'ne') return { kind: 'not', clause: plain() }
      break
    case 'date':
      if (operator === 'po')
        return measured(parameter, overlapping(buildDate(context, 'eq', value, expression)))
      if (isPrefix(operator)) return measured(parameter, buildDate(context, operator, value, expression))
      break
    case 'number':
      if (operator === 'po') return measured(parameter, overlapping(buildNumber('eq', value, expression)))
      if (isPrefix(operator)) return measured(parameter, buildNumber(operator, value, expression))
      break
    case 'quantity':
      if (isPrefix(operator)) return parseClause(context, types, name, `${operator}${value}`, place)
      break
    case 'composite':
    case 'special':
      if (operator === 'eq') return plain()
  }
  throw notUnderstood(code, parameter.kind, operator, expression)
}

/** `_id` and `_lastUpdated` are the row's own. */
function compareOwn(
  code: string,
  operator: string,
  value: string,
  plain: (modifier?: string) => Clause,
  expression: string,
): Clause {
  if (code === '_id' && operator === 'eq') return plain()
  if (code === '_id' && operator === 'ne') return plain(':not')
  if (code === '_lastUpdated' && isPrefix(operator) && /^\d/.test(value)) {
    const clause = plain()
    return clause.kind === 'last-updated'
      ? { ...clause, value: { ...clause.value, prefix: operator } }
      : clause
  }
  throw notUnderstood(code, code === '_id' ? 'token' : 'date', operator, expression)
}

const prefixes: ReadonlySet<string> = new Set<Prefix>(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])

function isPrefix(operator: string): operator is Prefix {
  return prefixes.has(operator)
}

function measured(parameter: SearchParameter, value: SearchValue): Clause {
  return { kind: 'param', parameter, values: [value] }
}

/** `ap` is overlap with a range made wider; without the widening it is what `po` asks for. */
function overlapping<Value extends { readonly prefix: Prefix }>(value: Value): Value {
  return { ...value, prefix: 'ap' }
}

function notUnderstood(code: string, kind: string, operator: string, expression: string): Refusal {
  return new Refusal(
    'invalid',
    `_filter cannot ask "${operator.slice(0, 16)}" of "${code}", which is a ${kind} parameter.`,
    { expression },
  )
}
