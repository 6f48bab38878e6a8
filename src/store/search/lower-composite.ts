import type { SearchValue } from '#fhir/search-query.ts'
import type { Layout } from './layout.ts'
import { allOf, type Lowering, never } from './lowering.ts'
import { startsWithPattern } from './packed-text.ts'
import { datePredicate, numberPredicate } from './range-predicates.ts'
import { quantityTerm, searchTerms } from './terms.ts'

/** https://hl7.org/fhir/R4/search.html#combining: all components must hold for values of one and the same element. */
export function lowerComposite(
  lowering: Lowering,
  alias: string,
  layout: Layout & { shape: 'composite' },
  value: SearchValue,
): string {
  if (value.kind !== 'composite') return never
  const [first] = value.components
  const firstTerms = first === undefined ? [] : termsOf(first)
  const narrowed =
    layout.first === undefined || firstTerms.length === 0
      ? undefined
      : `${alias}.${layout.first} && ${lowering.bind(firstTerms)}`
  const tuple = lowering.alias()
  const parts = value.components.map((component, place) => {
    const part = lowering.alias()
    const condition = componentPredicate(lowering, part, component)
    return `EXISTS (SELECT FROM jsonb_array_elements(${tuple} -> ${place}) ${part} WHERE ${condition})`
  })
  const tuples = `jsonb_array_elements(${alias}.${layout.column} -> 'all') ${tuple}`
  return `(${allOf([narrowed, `EXISTS (SELECT FROM ${tuples} WHERE ${allOf(parts)})`])})`
}

function termsOf(value: SearchValue): readonly string[] {
  if (value.kind === 'token') return searchTerms([value])
  if (value.kind === 'reference') return value.references
  return value.kind === 'uri' ? [value.uri] : []
}

function componentPredicate(lowering: Lowering, part: string, value: SearchValue): string {
  switch (value.kind) {
    case 'token':
    case 'reference':
    case 'uri':
      return `${part} -> 'terms' ?| ${lowering.bind(termsOf(value))}`
    case 'string':
      return `${part} ->> 'text' LIKE ${lowering.bind(startsWithPattern(value.text))}`
    case 'date':
      return datePredicate(lowering.bind, timestamp(part, 'start'), timestamp(part, 'end'), value)
    case 'number':
      return numberPredicate(lowering.bind, numeric(part, 'low'), numeric(part, 'high'), value)
    case 'quantity': {
      const term = quantityTerm(value)
      return allOf([
        numberPredicate(lowering.bind, numeric(part, 'low'), numeric(part, 'high'), value.number),
        term === undefined ? undefined : `${part} -> 'terms' ? ${lowering.bind(term)}`,
      ])
    }
    default:
      return never
  }
}

function timestamp(part: string, field: string): string {
  return `(${part} ->> '${field}')::timestamptz`
}

function numeric(part: string, field: string): string {
  return `(${part} ->> '${field}')::numeric`
}
