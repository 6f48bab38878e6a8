import type { DateValue, IndexValue, NumberValue, QuantityValue } from '#fhir/index-values.ts'
import { arrangeTerms, type LeadKind } from './leading-terms.ts'
import { packText } from './packed-text.ts'
import { codeTerm, firstTerms, referenceExtras, termsOf, unitTerms, withoutVersion } from './terms.ts'
import { timestampText } from './timestamp.ts'
import { wordVector } from './word-vector.ts'

/** An object, never a bare array, goes into jsonb: pg writes JavaScript arrays as PostgreSQL arrays. */
export type ColumnValue = string | readonly string[] | { readonly all: readonly unknown[] } | null

/** One function a kind of column; `values` is never empty. */
export const columnValue = {
  code: (values: readonly IndexValue[]) => {
    const value = values[0]
    return value?.kind === 'token' ? (value.code?.toLowerCase() ?? null) : null
  },

  terms: (values: readonly IndexValue[]) => allTerms(values),

  codeTerms: (values: readonly IndexValue[]) =>
    distinct(
      values.flatMap((value) =>
        value.kind === 'token' && value.code !== undefined ? [codeTerm(value.code)] : [],
      ),
    ),

  ledTerm: (leads: readonly LeadKind[], at: number) => (values: readonly IndexValue[]) =>
    arrangeTerms(allTerms(values) ?? [], leads).led[at] ?? null,

  unledTerms: (leads: readonly LeadKind[]) => (values: readonly IndexValue[]) =>
    arrangeTerms(allTerms(values) ?? [], leads).others,

  moreTerms: (leads: readonly LeadKind[]) => (values: readonly IndexValue[]) =>
    arrangeTerms(allTerms(values) ?? [], leads).more,

  reference: (values: readonly IndexValue[]) => {
    const value = values[0]
    return value?.kind === 'reference' && value.reference !== undefined
      ? withoutVersion(value.reference)
      : null
  },

  referenceExtras: (values: readonly IndexValue[]) => {
    const value = values[0]
    return value?.kind === 'reference' ? distinct(referenceExtras(value)) : null
  },

  uri: (values: readonly IndexValue[]) => {
    const value = values[0]
    return value?.kind === 'uri' ? value.uri : null
  },

  packedText: (values: readonly IndexValue[]) => packText(textsOf(values)),

  words: (values: readonly IndexValue[]) => wordVector(textsOf(values)),

  start: (values: readonly IndexValue[]) => {
    let start = Infinity
    for (const value of values as readonly DateValue[]) if (value.start < start) start = value.start
    return timestampText(start)
  },

  end: (values: readonly IndexValue[]) => {
    let end = -Infinity
    for (const value of values as readonly DateValue[]) if (value.end > end) end = value.end
    return timestampText(end)
  },

  dateRanges: (values: readonly IndexValue[]) =>
    (values as readonly DateValue[]).map(
      ({ start, end }) =>
        `["${timestampText(Math.min(start, end))}","${timestampText(Math.max(start, end))}")`,
    ),

  low: (values: readonly IndexValue[]) => outermost(values, 'low', -1),

  high: (values: readonly IndexValue[]) => outermost(values, 'high', 1),

  numberRanges: (values: readonly IndexValue[]) =>
    (values as readonly NumberValue[]).map(({ low, high }) =>
      Number(low) > Number(high) ? `[${high},${low}]` : `[${low},${high}]`,
    ),

  units: (values: readonly IndexValue[]) => {
    const terms: string[] = []
    for (const value of values) if (value.kind === 'quantity') unitTerms(value, terms)
    return distinct(terms)
  },

  quantities: (values: readonly IndexValue[]) => ({ all: values.map(quantityEntry) }),

  tuples: (values: readonly IndexValue[]) => ({
    all: values.flatMap((value) =>
      value.kind === 'composite' ? [value.components.map((component) => component.map(componentEntry))] : [],
    ),
  }),

  firstTerms: (values: readonly IndexValue[]) => {
    const terms: string[] = []
    for (const value of values) if (value.kind === 'composite') firstTerms(value, terms)
    return distinct(terms)
  },

  latitude: (values: readonly IndexValue[]) => coordinate(values, 0),

  longitude: (values: readonly IndexValue[]) => coordinate(values, 1),
}

/** Inside jsonb every value is an object whose fields the search reads by name. */
function componentEntry(value: IndexValue): object {
  switch (value.kind) {
    case 'token':
    case 'reference':
    case 'uri':
      return { terms: distinct(termsOf(value)) ?? [] }
    case 'string':
      return { text: packText([value.text]) }
    case 'date':
      return { start: timestampText(value.start), end: timestampText(value.end) }
    case 'number':
      return { low: value.low, high: value.high }
    case 'quantity':
      return quantityEntry(value)
    case 'composite':
      return {}
  }
}

function quantityEntry(value: IndexValue): object {
  const { low, high } = value as QuantityValue
  return { low, high, terms: unitTerms(value as QuantityValue) }
}

function allTerms(values: readonly IndexValue[]): readonly string[] | null {
  const terms: string[] = []
  for (const value of values) termsOf(value, terms)
  return distinct(terms)
}

function distinct(terms: readonly string[]): readonly string[] | null {
  if (terms.length === 0) return null
  // Two or three, nearly always, and each once: a set would cost more than the look.
  const isOnce = terms.length < 12 && terms.every((term, at) => terms.indexOf(term) === at)
  return isOnce ? terms : [...new Set(terms)]
}

function textsOf(values: readonly IndexValue[]): string[] {
  return values.flatMap((value) => (value.kind === 'string' ? [value.text] : []))
}

/** Nearly always there is one value and its digits travel untouched; several are told apart closely enough as numbers. */
function outermost(values: readonly IndexValue[], side: 'low' | 'high', direction: 1 | -1): string {
  let found = (values[0] as NumberValue | QuantityValue)[side]
  for (const value of values as readonly (NumberValue | QuantityValue)[])
    if ((Number(value[side]) - Number(found)) * direction > 0) found = value[side]
  return found
}

function coordinate(values: readonly IndexValue[], place: 0 | 1): string | null {
  const position = values[0]
  const number = position?.kind === 'composite' ? position.components[place]?.[0] : undefined
  return number?.kind === 'number' ? number.low : null
}
