import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import type { Clause, SearchQuery, SortKey, Viewer } from '#fhir/search-query.ts'
import { layoutOf } from './layout.ts'
import { allTermsOf } from './lower-led.ts'

/** One level of an order: what is compared, and how. */
export interface OrderKey {
  /** SQL for a row of a type under an alias; null where the row has no value. */
  expression(type: string, alias: string): string
  readonly descending: boolean
  /** No row searched for lacks it, so nulls need no place and one comparison of rows will do. */
  readonly present: boolean
  readonly cast: 'text' | 'timestamptz' | 'numeric'
}

/**
 * The keys asked for; ties, and all when none is asked for, go by id (and by type, where several are searched), in
 * the direction of the last key, so that an index can be read either way.
 */
export interface Order {
  readonly keys: readonly OrderKey[]
  readonly tiesDescending: boolean
}

export function orderOf(definitions: Definitions, query: SearchQuery, viewer: Viewer): Order {
  const keys: OrderKey[] = []
  for (const key of query.sort) {
    // An id never ties: what comes after it decides nothing.
    if (key.parameter === '_id') return { keys, tiesDescending: key.descending }
    keys.push(buildKey(definitions, key, query, viewer))
  }
  // The order in which events were made, as their ids have it too; but indexes have the date.
  const date = query.sort.length > 0 || query.types.join() !== auditEvent ? undefined : dateOf(definitions)
  if (date !== undefined)
    keys.push(buildKey(definitions, { parameter: date, descending: false }, query, viewer))
  return { keys, tiesDescending: query.sort.at(-1)?.descending ?? false }
}

/** AuditEvent.recorded is 1..1. */
const auditEvent = 'AuditEvent'

function dateOf(definitions: Definitions): SearchParameter | undefined {
  return definitions.searchParameter(auditEvent, 'date')
}

function buildKey(
  definitions: Definitions,
  { parameter, descending }: SortKey,
  query: SearchQuery,
  viewer: Viewer,
): OrderKey {
  if (parameter === '_lastUpdated' || parameter === '_id') {
    return { expression: (_, alias) => `${alias}.updated`, descending, present: true, cast: 'timestamptz' }
  }
  const { kind } = parameter
  const cast = kind === 'date' ? 'timestamptz' : kind === 'number' || kind === 'quantity' ? 'numeric' : 'text'
  // Where it is hidden in some resources it orders none.
  const hidden = (type: string) => {
    const veil = viewer.veil?.(type)
    return veil !== undefined && (veil.tells(parameter) !== 'all' || veil.people(parameter) !== undefined)
  }
  return {
    expression(type, alias) {
      if (hidden(type)) return `NULL::${cast}`
      const own = parameter.type === type ? parameter : definitions.searchParameter(type, parameter.code)
      return own === undefined ? 'NULL' : sortExpression(own, alias, descending)
    },
    descending,
    present:
      !query.types.some(hidden) &&
      ((query.types.join() === auditEvent && parameter.code === 'date') ||
        query.where.some((clause) => requires(clause, parameter))),
    cast,
  }
}

/** Does the criterion hold only for rows that have a value? */
function requires(clause: Clause, parameter: SearchParameter): boolean {
  if (clause.kind === 'missing')
    return !clause.missing && clause.parameter.code === parameter.code && plain(parameter)
  if (clause.kind !== 'param' || clause.parameter.code !== parameter.code) return false
  return clause.modifier === undefined && plain(parameter)
}

/** Kinds whose criteria and order look at the same column. */
function plain(parameter: SearchParameter): boolean {
  const { shape } = layoutOf(parameter)
  return shape === 'code' || shape === 'date' || shape === 'string' || shape === 'uri' || shape === 'number'
}

/** Of several values the smallest counts, or the largest when the order goes down. */
function sortExpression(parameter: SearchParameter, alias: string, descending: boolean): string {
  const layout = layoutOf(parameter)
  const outermost = descending ? 'max' : 'min'
  switch (layout.shape) {
    case 'code':
    case 'reference':
    case 'uri':
      return `${alias}.${layout.column}`
    case 'terms':
      return `(SELECT ${outermost}(term) FROM unnest(${alias}.${layout.column}) term WHERE term !~ '[|~^]')`
    case 'references':
      return `(SELECT ${outermost}(term) FROM unnest(${allTermsOf(alias, layout)}) term WHERE term !~ '^#|/_history/|[|]')`
    case 'uris':
      return `(SELECT ${outermost}(term) FROM unnest(${alias}.${layout.column}) term)`
    case 'string':
      return descending && parameter.repeats
        ? `split_part(split_part(${alias}.${layout.column}, E'\\u0002', 1), E'\\n', -2)`
        : `split_part(${alias}.${layout.column}, E'\\n', 2)`
    case 'date':
      return `${alias}.${descending && layout.all !== undefined ? layout.end : layout.start}`
    case 'number':
    case 'quantity':
      return `${alias}.${descending ? layout.high : layout.low}`
    default:
      return 'NULL'
  }
}
