import type { SearchParameter } from '#fhir/definitions.ts'
import { type LeadKind, leadsOf } from './leading-terms.ts'

/** How a parameter lies in its table: which columns it has and what they mean. Rows are written and searched by it. */
export type Layout =
  | { readonly shape: 'code' | 'string' | 'uri' | 'uris' | 'words'; readonly column: string }
  | {
      readonly shape: 'terms'
      readonly column: string
      /** Codes that never have a system: one term each is all there is to know of a hundred thousand. */
      readonly bare: boolean
    }
  | {
      readonly shape: 'references'
      readonly column: string
      /** Columns of terms that are not in the array, and the column of those in it that are of the same kinds. */
      readonly led?: Led
    }
  | { readonly shape: 'reference'; readonly column: string; readonly also: string }
  | {
      readonly shape: 'date'
      readonly start: string
      readonly end: string
      readonly all?: string
      /** No value is wider than this many milliseconds: lets the index on the start answer questions about the end. */
      readonly width?: number
    }
  | { readonly shape: 'number'; readonly low: string; readonly high: string; readonly all?: string }
  | {
      readonly shape: 'quantity'
      readonly low: string
      readonly high: string
      readonly units: string
      readonly all?: string
    }
  | { readonly shape: 'composite'; readonly column: string; readonly first?: string }
  | { readonly shape: 'position'; readonly latitude: string; readonly longitude: string }
  | { readonly shape: 'none' }

export interface Led {
  readonly by: readonly LeadKind[]
  readonly columns: readonly string[]
  readonly more: string
}

function ledLayout(column: string, by: readonly LeadKind[]): Led {
  return { by, columns: by.map((_, at) => `${column}_${at + 1}`), more: `${column}_more` }
}

const layouts = new WeakMap<SearchParameter, Layout>()

export function layoutOf(parameter: SearchParameter): Layout {
  const known = layouts.get(parameter)
  if (known !== undefined) return known
  const layout = buildLayout(parameter)
  layouts.set(parameter, layout)
  return layout
}

/** `birthdate` → `by_birthdate`, `_tag` → `by__tag`. */
function columnName(code: string): string {
  return `by_${code.replace(/[^A-Za-z0-9_]/g, '_').toLowerCase()}`
}

/** The row's own columns, or the whole resource, answer these. */
const withoutColumns = new Set([
  '_id',
  '_lastUpdated',
  '_content',
  '_list',
  '_has',
  '_type',
  '_filter',
  '_query',
])

function buildLayout(parameter: SearchParameter): Layout {
  const { code, repeats } = parameter
  const column = columnName(code)
  if (withoutColumns.has(code)) return { shape: 'none' }
  if (code === '_text') return { shape: 'words', column }
  switch (parameter.kind) {
    case 'token':
      return isPlainCode(parameter)
        ? { shape: 'code', column }
        : { shape: 'terms', column, bare: isBareCode(parameter) }
    case 'reference': {
      if (!repeats) return { shape: 'reference', column, also: `${column}_also` }
      const by = leadsOf(parameter.type, code)
      return {
        shape: 'references',
        column,
        ...(by === undefined ? {} : { led: ledLayout(column, by) }),
      }
    }
    case 'string':
      return { shape: 'string', column }
    case 'uri':
      return { shape: repeats ? 'uris' : 'uri', column }
    case 'date': {
      const width = widestOf(parameter.dataTypes)
      return {
        shape: 'date',
        start: `${column}_start`,
        end: `${column}_end`,
        ...(repeats ? { all: `${column}_all` } : width === undefined ? {} : { width }),
      }
    }
    case 'number':
      return {
        shape: 'number',
        low: `${column}_low`,
        high: `${column}_high`,
        ...(repeats ? { all: `${column}_all` } : {}),
      }
    case 'quantity':
      return {
        shape: 'quantity',
        low: `${column}_low`,
        high: `${column}_high`,
        units: `${column}_units`,
        ...(repeats ? { all: `${column}_all` } : {}),
      }
    case 'composite':
      return { shape: 'composite', column, ...(hasTerms(parameter) ? { first: `${column}_first` } : {}) }
    case 'special':
      return code === 'near'
        ? { shape: 'position', latitude: `${column}_lat`, longitude: `${column}_lon` }
        : { shape: 'none' }
  }
}

/** Occurs once and its system goes without saying: one lower-case text is all there is to know. */
function isPlainCode({ repeats, dataTypes }: SearchParameter): boolean {
  return !repeats && dataTypes.length > 0 && dataTypes.every((type) => type === 'code' || type === 'boolean')
}

function isBareCode({ impliedSystem, dataTypes }: SearchParameter): boolean {
  return impliedSystem === undefined && dataTypes.length > 0 && dataTypes.every((type) => type === 'code')
}

function hasTerms(parameter: SearchParameter): boolean {
  const first = parameter.components?.[0]?.parameter.kind
  return first === 'token' || first === 'reference' || first === 'uri'
}

const second = 1000
const leapYear = 366 * 24 * 3600 * second

/** An instant is a second wide at most, a partial date a year; a period may be as long as it likes. */
function widestOf(dataTypes: readonly string[]): number | undefined {
  if (dataTypes.length === 0) return undefined
  if (dataTypes.every((type) => type === 'instant')) return second
  return dataTypes.every((type) => type === 'instant' || type === 'date' || type === 'dateTime')
    ? leapYear
    : undefined
}
