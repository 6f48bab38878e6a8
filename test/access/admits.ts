import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Clause } from '#fhir/search-query.ts'

type Reach = 'all' | 'nothing' | Clause

const context = { localBases: ['http://127.0.0.1:8080/fhir'], timeZone: 'UTC' }

/** What the store asks of its columns, asked of one resource in memory: the clauses that access makes, no others. */
export function admits(definitions: Definitions, reach: Reach, resource: Resource): boolean {
  if (reach === 'all') return true
  if (reach === 'nothing') return false
  const index = createExtractor(definitions).extract(resource, context)

  const holds = (clause: Clause): boolean => {
    switch (clause.kind) {
      case 'id':
        return clause.ids.includes(resource.id ?? '')
      case 'and':
        return clause.clauses.every(holds)
      case 'or':
        return clause.clauses.some(holds)
      case 'param': {
        const sought = clause.values.flatMap((value) => (value.kind === 'reference' ? value.references : []))
        const values = index.get(clause.parameter.code) ?? []
        return values.some((value) => value.kind === 'reference' && sought.includes(value.reference ?? ''))
      }
      default:
        throw new Error(`access makes no ${clause.kind} clause`)
    }
  }
  return holds(reach)
}
