import type { Clause, SearchValue } from '#fhir/search-query.ts'
import type { Reach } from '../reach.ts'

/** A clause as one would ask it of a search. */
export function describeReach(reach: Reach): string {
  if (reach === 'all') return 'everything'
  return reach === 'nothing' ? 'nothing' : describeClause(reach)
}

function describeClause(clause: Clause): string {
  switch (clause.kind) {
    case 'id':
      return `_id=${clause.ids.join(',')}`
    case 'param':
      return `${clause.parameter.code}${clause.modifier === undefined ? '' : `:${clause.modifier}`}=${clause.values.map(describeValue).join(',')}`
    case 'missing':
      return `${clause.parameter.code}:missing=${clause.missing}`
    case 'and':
    case 'or':
      return `(${clause.clauses.map(describeClause).join(` ${clause.kind} `)})`
    case 'not':
      return `not ${describeClause(clause.clause)}`
    case 'chain':
      return clause.targets
        .map(
          ({ type, where }) =>
            `${clause.parameter.code}:${type}.(${where.map(describeClause).join(' and ')})`,
        )
        .join(' or ')
    case 'has':
      return `_has:${clause.type}:${clause.parameter.code}:(${clause.where.map(describeClause).join(' and ')})`
    case 'list':
      return `_list=${clause.listId}`
    case 'last-updated':
      return '_lastUpdated'
    case 'text':
      return `_${clause.scope}=${clause.query}`
  }
}

function describeValue(value: SearchValue): string {
  switch (value.kind) {
    case 'token':
      return value.system === undefined ? (value.code ?? '') : `${value.system ?? ''}|${value.code ?? ''}`
    case 'reference':
      return value.references[0] ?? ''
    case 'string':
      return value.text
    case 'uri':
      return value.uri
    default:
      return `(${value.kind})`
  }
}
