import { Refusal } from '#fhir/refusal.ts'
import type { Clause, SearchQuery } from '#fhir/search-query.ts'

/** Search parameters whose columns lack the values of older rows: `npm run reindex` fills them. */
export interface UnfilledParameters {
  /** `Type.code`; usually empty. */
  readonly unfilled: ReadonlySet<string>
}

/** An answer that silently lacks matches would be a lie, so there is none until the columns are filled. */
export function checkFilled(query: SearchQuery, { unfilled }: UnfilledParameters): void {
  if (unfilled.size === 0) return
  const check = (parameter: { type: string; code: string } | string) => {
    if (typeof parameter === 'string' || !unfilled.has(`${parameter.type}.${parameter.code}`)) return
    throw new Refusal(
      'unavailable',
      `The search parameter ${parameter.code} of ${parameter.type} is new here and not ready yet: try again later.`,
      { expression: parameter.code, headers: { 'Retry-After': '60' } },
    )
  }
  for (const clause of query.where) visitParameters(clause, check)
  for (const { parameter } of query.sort) check(parameter)
  for (const { parameter } of query.includes) check(parameter)
}

type Check = (parameter: { readonly type: string; readonly code: string }) => void

function visitParameters(clause: Clause, check: Check): void {
  if ('parameter' in clause) check(clause.parameter)
  for (const part of partsOf(clause)) visitParameters(part, check)
}

function partsOf(clause: Clause): readonly Clause[] {
  switch (clause.kind) {
    case 'chain':
      return clause.targets.flatMap(({ where }) => where)
    case 'has':
      return clause.where
    case 'and':
    case 'or':
      return clause.clauses
    case 'not':
      return [clause.clause]
    default:
      return []
  }
}
