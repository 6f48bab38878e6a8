/**
 * What the extractor finds for a search parameter, normalised into a few kinds of value. The store turns these
 * into columns (store/columns.ts); the search oracle in the tests compares on them directly.
 */
export type IndexValue =
  | TokenValue
  | ReferenceValue
  | StringValue
  | DateValue
  | NumberValue
  | QuantityValue
  | UriValue
  | CompositeValue

export interface TokenValue {
  readonly kind: 'token'
  readonly system?: string
  readonly code?: string
  /** Coding.display, CodeableConcept.text, Identifier.type.text: what `:text` looks at. */
  readonly text?: string
  /** Identifier.type codings: what `:of-type` looks at. */
  readonly ofType?: readonly { readonly system?: string; readonly code: string }[]
}
export interface ReferenceValue {
  readonly kind: 'reference'
  /** `Type/id` for a local one (relative, or absolute below this clinic's base), else as written. */
  readonly reference?: string
  /** `Type/id/_history/v` form when the reference named a version. */
  readonly versioned?: string
  readonly identifier?: { readonly system?: string; readonly value?: string }
}
export interface StringValue {
  readonly kind: 'string'
  readonly text: string
}
/** Half-open, milliseconds since the epoch; an open side is -Infinity or Infinity. */
export interface DateValue {
  readonly kind: 'date'
  readonly start: number
  readonly end: number
}
/** Decimals travel as text: JavaScript numbers would lose digits. */
export interface NumberValue {
  readonly kind: 'number'
  readonly low: string
  readonly high: string
}
/** low/high differ for Range and for comparators; an open side is '-Infinity' or 'Infinity'. */
export interface QuantityValue {
  readonly kind: 'quantity'
  readonly low: string
  readonly high: string
  readonly system?: string
  readonly code?: string
  readonly unit?: string
}
export interface UriValue {
  readonly kind: 'uri'
  readonly uri: string
}
export interface CompositeValue {
  readonly kind: 'composite'
  /** One list of values per component, all from the same element. */
  readonly components: readonly (readonly IndexValue[])[]
}
