import type { SearchParameter } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Modifier, SearchValue } from '#fhir/search-query.ts'
import { type Layout, layoutOf } from './layout.ts'
import { lowerComposite } from './lower-composite.ts'
import { ledPredicate } from './lower-led.ts'
import { nearPredicate } from './lower-near.ts'
import { uriPredicate } from './lower-uri.ts'
import { allOf, anyOf, type Lowering, never } from './lowering.ts'
import {
  containsPattern,
  endsWithPattern,
  equalsPattern,
  exactPattern,
  startsWithPattern,
} from './packed-text.ts'
import { dateHullPredicate, datePredicate, numberHullPredicate, numberPredicate } from './range-predicates.ts'
import {
  bareTerms,
  codesOf,
  identifierTerm,
  labelTerm,
  quantityTerm,
  referenceSearchTerms,
  searchTerms,
} from './terms.ts'
import { wholeOf } from './whole-text.ts'

/** One parameter with its OR list, on the columns that `layoutOf` gave it. */
export function lowerParameter(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): string {
  const layout = layoutOf(parameter)
  switch (layout.shape) {
    case 'code':
      return lowerCode(lowering, `${alias}.${layout.column}`, parameter, modifier, values)
    case 'terms':
      return allOf(
        wholeColumns(lowering, parameter, 'terms').map((column) =>
          lowerTerms(lowering, `${alias}.${column}`, modifier, values, layout.bare),
        ),
      )
    case 'reference':
    case 'references':
      return lowerReference(lowering, alias, parameter, layout, modifier, values)
    case 'string':
      return anyOf(
        values.map((value) => {
          const pattern = lowering.bind(patternOf(modifier, value))
          return allOf(
            wholeColumns(lowering, parameter, 'string').map((column) => `${alias}.${column} LIKE ${pattern}`),
          )
        }),
      )
    case 'uri':
    case 'uris':
      return uriPredicate(lowering, `${alias}.${layout.column}`, layout.shape === 'uris', modifier, values)
    case 'date':
      return anyOf(values.map((value) => lowerDate(lowering, alias, layout, value)))
    case 'number':
      return anyOf(values.map((value) => lowerNumber(lowering, alias, layout, value)))
    case 'quantity':
      return anyOf(values.map((value) => lowerQuantity(lowering, alias, layout, value)))
    case 'composite':
      return anyOf(values.map((value) => lowerComposite(lowering, alias, layout, value)))
    case 'position':
      return anyOf(values.map((value) => nearPredicate(lowering, alias, layout, value)))
    case 'words':
    case 'none':
      throw new Refusal('not-supported', `"${parameter.code}" cannot be searched this way.`, {
        expression: parameter.code,
      })
  }
}

/** Columns that are null when the parameter has no value. */
export function presenceOf(alias: string, parameter: SearchParameter): string {
  const layout = layoutOf(parameter)
  switch (layout.shape) {
    case 'reference':
      return `(${alias}.${layout.column} IS NOT NULL OR ${alias}.${layout.also} IS NOT NULL)`
    case 'references': {
      const columns = [layout.column, ...(layout.led?.columns ?? [])]
      return anyOf(columns.map((column) => `${alias}.${column} IS NOT NULL`))
    }
    case 'date':
      return `${alias}.${layout.start} IS NOT NULL`
    case 'number':
    case 'quantity':
      return `${alias}.${layout.low} IS NOT NULL`
    case 'position':
      return `${alias}.${layout.latitude} IS NOT NULL`
    case 'none':
      throw new Refusal('not-supported', `"${parameter.code}" does not take :missing.`, {
        expression: parameter.code,
      })
    default:
      return `${alias}.${layout.column} IS NOT NULL`
  }
}

function lowerCode(
  lowering: Lowering,
  column: string,
  { impliedSystem }: SearchParameter,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): string {
  // A bare code has no label and no type of identifier.
  if (modifier !== undefined) return never
  const { codes, whole } = codesOf(values, impliedSystem)
  return anyOf([...(whole ? [`${column} IS NOT NULL`] : []), ...equalsAny(lowering, column, codes)])
}

function equalsAny(lowering: Lowering, column: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return []
  return [
    texts.length === 1
      ? `${column} = ${lowering.bind(texts[0])}`
      : `${column} = ANY(${lowering.bind(texts)})`,
  ]
}

function lowerTerms(
  lowering: Lowering,
  column: string,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
  bare: boolean,
): string {
  if (modifier !== 'text') {
    const terms = bare ? bareTerms(values) : searchTerms(values)
    return terms.length === 0 ? never : `${column} && ${lowering.bind(terms)}`
  }
  const term = lowering.alias()
  const labels = values.flatMap((value) => (value.kind === 'string' ? [labelTerm(value.text)] : []))
  const starts = labels.map((label) => `starts_with(${term}, ${lowering.bind(label)})`)
  return `EXISTS (SELECT FROM unnest(${column}) ${term} WHERE ${anyOf(starts)})`
}

/** A version of a resource, or of a canonical, stands beside the plain form. */
const versioned = /\/_history\/|:.*\|/

function lowerReference(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  layout: Layout & { shape: 'reference' | 'references' },
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): string {
  if (layout.shape === 'references') {
    const terms = referenceSearchTerms(modifier, values)
    if (terms.length === 0) return never
    if (layout.led !== undefined) return ledPredicate(lowering, alias, parameter, terms)
    return `${alias}.${layout.column} && ${lowering.bind(terms)}`
  }
  const references = values.flatMap((value) => (value.kind === 'reference' ? value.references : []))
  const identifiers = modifier === 'identifier' ? searchTerms(values).map(identifierTerm) : []
  const also = [...references.filter((reference) => versioned.test(reference)), ...identifiers]
  const plain = also.length === 0 ? references : references.filter((reference) => !versioned.test(reference))
  return anyOf([
    ...equalsAny(lowering, `${alias}.${layout.column}`, plain),
    ...(also.length === 0 ? [] : [`${alias}.${layout.also} && ${lowering.bind(also)}`]),
  ])
}

/** The column asked about, after the one whose index finds the rows. */
function wholeColumns(
  { definitions }: Lowering,
  parameter: SearchParameter,
  shape: 'terms' | 'string',
): readonly string[] {
  const whole = wholeOf(definitions, parameter)
  return [...(whole === undefined ? [] : [whole]), parameter].flatMap((part) => {
    const layout = layoutOf(part)
    return layout.shape === shape ? [layout.column] : []
  })
}

function patternOf(modifier: Modifier | undefined, value: SearchValue): string {
  const text = value.kind === 'string' ? value.text : ''
  switch (modifier) {
    case 'exact':
      return exactPattern(text)
    case 'contains':
      return containsPattern(text)
    case 'equals':
      return equalsPattern(text)
    case 'ends-with':
      return endsWithPattern(text)
    default:
      return startsWithPattern(text)
  }
}

function lowerDate(
  lowering: Lowering,
  alias: string,
  layout: Layout & { shape: 'date' },
  value: SearchValue,
): string {
  if (value.kind !== 'date') return never
  const start = `${alias}.${layout.start}`
  const end = `${alias}.${layout.end}`
  if (layout.all === undefined) return datePredicate(lowering.bind, start, end, value, layout.width)
  const hull = dateHullPredicate(lowering.bind, start, end, value)
  if (hull.exact) return hull.condition
  const one = lowering.alias()
  const exact = datePredicate(lowering.bind, `lower(${one})`, `upper(${one})`, value)
  return `(${hull.condition} AND EXISTS (SELECT FROM unnest(${alias}.${layout.all}) ${one} WHERE ${exact}))`
}

function lowerNumber(
  lowering: Lowering,
  alias: string,
  layout: Layout & { shape: 'number' },
  value: SearchValue,
): string {
  if (value.kind !== 'number') return never
  const low = `${alias}.${layout.low}`
  const high = `${alias}.${layout.high}`
  if (layout.all === undefined) return `(${numberPredicate(lowering.bind, low, high, value)})`
  const hull = numberHullPredicate(lowering.bind, low, high, value)
  if (hull.exact) return `(${hull.condition})`
  const one = lowering.alias()
  const exact = numberPredicate(lowering.bind, `lower(${one})`, `upper(${one})`, value)
  return `(${hull.condition} AND EXISTS (SELECT FROM unnest(${alias}.${layout.all}) ${one} WHERE ${exact}))`
}

function lowerQuantity(
  lowering: Lowering,
  alias: string,
  layout: Layout & { shape: 'quantity' },
  value: SearchValue,
): string {
  if (value.kind !== 'quantity') return never
  const term = quantityTerm(value)
  const units = term === undefined ? undefined : `${alias}.${layout.units} && ${lowering.bind([term])}`
  const low = `${alias}.${layout.low}`
  const high = `${alias}.${layout.high}`
  if (layout.all === undefined) {
    return `(${allOf([numberPredicate(lowering.bind, low, high, value.number), units])})`
  }
  const hull = numberHullPredicate(lowering.bind, low, high, value.number)
  if (hull.exact && units === undefined) return `(${hull.condition})`
  const one = lowering.alias()
  const exact = allOf([
    numberPredicate(lowering.bind, `${one}.low`, `${one}.high`, value.number),
    term === undefined ? undefined : `${one}.terms ? ${lowering.bind(term)}`,
  ])
  const all = `jsonb_to_recordset(${alias}.${layout.all} -> 'all') AS ${one}(low numeric, high numeric, terms jsonb)`
  return `(${allOf([hull.condition, units])} AND EXISTS (SELECT FROM ${all} WHERE ${exact}))`
}
