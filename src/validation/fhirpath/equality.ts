import { compareDecimals, isDecimal } from '#fhir/decimal.ts'
import { numberText } from '#fhir/json.ts'
import type { Items } from './compiled.ts'

/** https://hl7.org/fhirpath/N1/#equals: undefined when there is nothing on one side. */
export function equalItems(left: Items, right: Items): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined
  return left.length === right.length && left.every((value, index) => isSame(value, right[index]))
}

export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true
  const [a, b] = [numberText(left), numberText(right)]
  if (a !== undefined && b !== undefined && isDecimal(a) && isDecimal(b)) return compareDecimals(a, b) === 0
  return typeof left === 'object' && typeof right === 'object' && keyOf(left) === keyOf(right)
}

/** Two values that are the same have the same key, whatever the order of their elements. */
export function keyOf(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  const number = numberText(value)
  if (number !== undefined) return `number ${plainNumber(number)}`
  return `object ${JSON.stringify(value, inOrder)}`
}

function plainNumber(text: string): string {
  const fraction = /^(-?\d+)(?:\.(\d*?)0*)?$/.exec(text)
  if (fraction === null) return String(Number(text))
  return fraction[2] ? `${fraction[1]}.${fraction[2]}` : (fraction[1] ?? text)
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || JSON.isRawJSON(value))
    return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function distinct(items: Items): Items {
  if (items.length < 2) return items
  const seen = new Set<unknown>()
  return items.filter((item) => {
    const key = keyOf(item)
    return !seen.has(key) && seen.add(key)
  })
}
