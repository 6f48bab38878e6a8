import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import type { Modifier, SearchValue } from '#fhir/search-query.ts'
import { type Layout, layoutOf } from './layout.ts'
import { placeOfLead, plainTerm } from './leading-terms.ts'
import { allOf, anyOf, type Lowering } from './lowering.ts'
import { referenceSearchTerms } from './terms.ts'

/** Where a term stands that leads: in a column with an index, or in the column of further ones. */
interface Led {
  readonly place: string
  readonly more: string
  readonly plain: string
  /** Of a version or a system: what the whole array must hold as well. */
  readonly whole?: { readonly column: string; readonly term: string }
}

/** Terms of a parameter whose array is led, on a row of an AuditEvent. */
export function ledPredicate(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  terms: readonly string[],
): string {
  return anyOf(
    terms.map((term) => {
      const led = findLed(lowering.definitions, alias, parameter, term)
      if (led === undefined) return `${arrayOf(alias, parameter)} && ${lowering.bind([term])}`
      const plain = lowering.bind(led.plain)
      const some = `(${led.place} = ${plain} OR ${led.more} && ARRAY[${plain}])`
      return `(${allOf([some, wholePredicate(lowering, led)])})`
    }),
  )
}

export interface LedParts {
  /**
   * Each is answered in the order of time by the index on one place; the rows found must meet the checks besides. A range of
   * one term, sorted by the place first: of an equal one the planner expects a handful of rows, and sorts a patient's 10,000.
   */
  readonly ordered: readonly {
    readonly place: string
    readonly found: string
    readonly checks: string | undefined
  }[]
  /** All further rows: few, in no order. */
  readonly more: string
}

/** The same in parts of which no row is in two; undefined where nothing leads to a term. */
export function ledParts(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  terms: readonly string[],
): LedParts | undefined {
  const all = terms.map((term) => findLed(lowering.definitions, alias, parameter, term))
  if (all.length === 0 || all.length > mostParts || !all.every((led) => led !== undefined)) return undefined
  const ordered = all.map((led) => {
    const plain = lowering.bind(led.plain)
    const found = `${led.place} >= ${plain} AND ${led.place} <= ${plain}`
    return { place: led.place, found, checks: wholePredicate(lowering, led) }
  })
  const leading = ordered.map(({ found, checks }) => allOf([found, checks]))
  const further = all.map((led) =>
    allOf([`${led.more} && ARRAY[${lowering.bind(led.plain)}]`, wholePredicate(lowering, led)]),
  )
  const apartFrom = (before: readonly string[]) =>
    before.length === 0 ? undefined : `(${anyOf(before)}) IS NOT TRUE`
  return {
    ordered: ordered.map(({ place, found, checks }, at) => ({
      place,
      found,
      checks: allOf([checks, apartFrom(leading.slice(0, at))]),
    })),
    more: allOf([anyOf(further), apartFrom(leading)]),
  }
}

/** Is every value of the criterion one that an index leads to? */
export function isLed(
  parameter: SearchParameter,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): boolean {
  const layout = layoutOf(parameter)
  if (layout.shape !== 'references' || layout.led === undefined) return false
  return referenceSearchTerms(modifier, values).every((term) => plainTerm(term) !== undefined)
}

/** SQL for a reference that others give: whether a column is it, whether an array holds it. */
export interface Wanted {
  readonly is: (column: string) => string
  readonly isIn: (array: string) => string
}

/** Rows that name what is wanted, which is of one of the types. */
export function ledBy(
  definitions: Definitions,
  alias: string,
  parameter: SearchParameter,
  types: readonly string[],
  { is, isIn }: Wanted,
): string {
  const found = types.flatMap((type) => {
    const led = findLed(definitions, alias, parameter, `${type}/any`)
    if (led === undefined) return []
    const some = `(${is(led.place)} OR ${isIn(led.more)})`
    return [led.whole === undefined ? some : `(${some} AND ${isIn(led.whole.column)})`]
  })
  return anyOf([...new Set(found)])
}

/** Each is a plan of its own for every month. */
const mostParts = 4

function findLed(
  definitions: Definitions,
  alias: string,
  parameter: SearchParameter,
  term: string,
): Led | undefined {
  const plain = plainTerm(term)
  if (plain === undefined) return undefined
  const own = placeIn(alias, parameter, plain)
  const whole = { column: arrayOf(alias, parameter), term }
  if (own !== undefined) return { ...own, plain, ...(plain === term ? {} : { whole }) }
  // A patient among the entities is among the patients.
  const patient = definitions.searchParameter(parameter.type, 'patient')
  const other = patient === undefined ? undefined : placeIn(alias, patient, plain)
  return other === undefined ? undefined : { ...other, plain, whole }
}

function placeIn(
  alias: string,
  parameter: SearchParameter,
  plain: string,
): { readonly place: string; readonly more: string } | undefined {
  const layout = layoutOf(parameter)
  const led = layout.shape === 'references' ? layout.led : undefined
  const place = led === undefined ? undefined : placeOfLead(plain, led.by)
  if (led === undefined || place === undefined) return undefined
  return { place: `${alias}.${led.columns[place]}`, more: `${alias}.${led.more}` }
}

function arrayOf(alias: string, parameter: SearchParameter): string {
  const layout = layoutOf(parameter)
  return `${alias}.${layout.shape === 'references' ? layout.column : ''}`
}

/** All references of a row, in one array; null when there are none. */
export function allTermsOf(alias: string, layout: Layout & { shape: 'references' }): string {
  const array = `${alias}.${layout.column}`
  if (layout.led === undefined) return array
  const columns = layout.led.columns.map((column) => `${alias}.${column}`)
  return `array_remove(array_cat(ARRAY[${columns.join(', ')}], ${array}), NULL)`
}

function wholePredicate(lowering: Lowering, { whole }: Led): string | undefined {
  return whole === undefined ? undefined : `${whole.column} && ${lowering.bind([whole.term])}`
}
