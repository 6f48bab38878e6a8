import type { DateSearch, NumberSearch } from '#fhir/search-query.ts'
import { allOf } from './lowering.ts'
import { timestampText } from './timestamp.ts'

/** The prefixes of https://hl7.org/fhir/R4/search.html#prefix on stored ranges. */

type Bind = (value: unknown) => string

/** Half-open start and end. `width`: the most that end - start can be, which lets an index on the start do the work. */
export function datePredicate(
  bind: Bind,
  start: string,
  end: string,
  { prefix, start: from, end: to }: DateSearch,
  width = Infinity,
): string {
  const a = () => bind(timestampText(from))
  const b = () => bind(timestampText(to))
  const startNear = (edge: number) =>
    width === Infinity ? undefined : `${start} > ${bind(timestampText(edge - width))}`
  switch (prefix) {
    case 'eq': {
      const upper = b()
      return allOf([`${start} >= ${a()}`, `${start} < ${upper}`, `${end} <= ${upper}`])
    }
    case 'ne':
      return `(${start} < ${a()} OR ${end} > ${b()})`
    case 'lt':
      return `${start} < ${a()}`
    case 'gt':
      return allOf([startNear(to), `${end} > ${b()}`])
    case 'ge':
      // What reaches beyond a day cannot have started before it when no value is as wide as a day.
      if (width <= to - from) return `${start} >= ${a()}`
      return allOf([startNear(Math.min(to, from + width)), `(${start} >= ${a()} OR ${end} > ${b()})`])
    case 'le': {
      const upper = b()
      return allOf([`${start} < ${upper}`, `(${start} < ${a()} OR ${end} <= ${upper})`])
    }
    case 'sa':
      return `${start} >= ${b()}`
    case 'eb': {
      const lower = a()
      return allOf([`${start} < ${lower}`, `${end} <= ${lower}`])
    }
    case 'ap':
      return allOf([startNear(from), `${start} < ${b()}`, `${end} > ${a()}`])
  }
}

/** True of the outermost bounds of several values whenever it can be true of one; exact for `lt` and `gt`. */
export function dateHullPredicate(
  bind: Bind,
  start: string,
  end: string,
  { prefix, start: from, end: to }: DateSearch,
): { readonly condition: string; readonly exact: boolean } {
  const a = () => bind(timestampText(from))
  const b = () => bind(timestampText(to))
  switch (prefix) {
    case 'lt':
      return { condition: `${start} < ${a()}`, exact: true }
    case 'gt':
      return { condition: `${end} > ${b()}`, exact: true }
    case 'eq':
    case 'ap':
      return { condition: `${start} < ${b()} AND ${end} > ${a()}`, exact: false }
    case 'ne':
      return { condition: `${start} IS NOT NULL`, exact: false }
    case 'ge':
      return { condition: `${end} > ${a()}`, exact: false }
    case 'le':
      return { condition: `${start} < ${b()}`, exact: false }
    case 'sa':
      return { condition: `${end} > ${b()}`, exact: false }
    case 'eb':
      return { condition: `${start} < ${a()}`, exact: false }
  }
}

/** Both bounds belong to the stored range. Only eq, ne and ap look at the precision a number was written in. */
export function numberPredicate(bind: Bind, low: string, high: string, search: NumberSearch): string {
  const { prefix } = search
  switch (prefix) {
    case 'eq': {
      const to = bind(search.high)
      return `${low} >= ${bind(search.low)} AND ${low} < ${to} AND ${high} < ${to}`
    }
    case 'ne':
      return `(${low} < ${bind(search.low)} OR ${high} >= ${bind(search.high)})`
    case 'lt':
      return `${low} < ${bind(search.value)}`
    case 'gt':
      return `${high} > ${bind(search.value)}`
    case 'le':
      return `${low} <= ${bind(search.value)}`
    case 'ge':
      return `${high} >= ${bind(search.value)}`
    case 'sa':
      return `${low} > ${bind(search.value)}`
    case 'eb':
      return `${high} < ${bind(search.value)}`
    case 'ap':
      return `${low} <= ${bind(search.high)} AND ${high} >= ${bind(search.low)}`
  }
}

export function numberHullPredicate(
  bind: Bind,
  low: string,
  high: string,
  search: NumberSearch,
): { readonly condition: string; readonly exact: boolean } {
  switch (search.prefix) {
    case 'lt':
    case 'gt':
    case 'le':
    case 'ge':
      return { condition: numberPredicate(bind, low, high, search), exact: true }
    case 'eq':
    case 'ap':
      return { condition: `${low} <= ${bind(search.high)} AND ${high} >= ${bind(search.low)}`, exact: false }
    case 'ne':
      return { condition: `${low} IS NOT NULL`, exact: false }
    case 'sa':
      return { condition: `${high} > ${bind(search.value)}`, exact: false }
    case 'eb':
      return { condition: `${low} < ${bind(search.value)}`, exact: false }
  }
}

/** A row's own time of change, exact to the millisecond. */
export function updatedPredicate(bind: Bind, updated: string, { prefix, start, end }: DateSearch): string {
  const a = () => bind(timestampText(start))
  const b = () => bind(timestampText(end))
  switch (prefix) {
    case 'eq':
    case 'ap':
      return `${updated} >= ${a()} AND ${updated} < ${b()}`
    case 'ne':
      return `(${updated} < ${a()} OR ${updated} >= ${b()})`
    case 'lt':
    case 'eb':
      return `${updated} < ${a()}`
    case 'ge':
      return `${updated} >= ${a()}`
    case 'le':
      return `${updated} < ${b()}`
    case 'gt':
    case 'sa':
      return `${updated} >= ${b()}`
  }
}
