import { maxDepth } from '#fhir/json-glance.ts'
import { Refusal } from '#fhir/refusal.ts'

export type JsonObject = Record<string, unknown>

/** What one patch may still cost, in values visited: `copy` onto itself doubles a document with every operation. */
export interface Allowance {
  left: number
}

/** The largest official R4 example has 30 thousand values; a patch touches few of them. */
export const patchAllowance = 200_000

export function spend(allowance: Allowance, cost: number): void {
  allowance.left -= cost
  if (allowance.left < 0) {
    throw new Refusal(
      'too-costly',
      'The patch does too much work: send the whole resource by an update instead.',
    )
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** Raw numbers are frozen and shared. `depth` is where the copy will sit: what is stored must be readable again. */
export function copyJson<T>(value: T, allowance: Allowance, depth = 0): T {
  if (typeof value === 'string') spend(allowance, 1 + (value.length >> 4))
  else spend(allowance, 1)
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (depth > maxDepth)
    throw new Refusal('too-costly', `The patch nests values deeper than ${maxDepth} levels: flatten it.`)
  if (Array.isArray(value)) return value.map((item) => copyJson(item, allowance, depth + 1)) as T
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) copy[key] = copyJson((value as JsonObject)[key], allowance, depth + 1)
  return copy as T
}

/** RFC 6902 section 4.6: members in any order, numbers by value (1.0 equals 1). */
export function equalJson(a: unknown, b: unknown, allowance: Allowance): boolean {
  spend(allowance, 1)
  if (a === b) return true
  const numberA = decimalOf(a)
  if (numberA !== undefined) return numberA === decimalOf(b)
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i], allowance))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key], allowance))
  )
}

const numberForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** One spelling for each decimal: sign, digits without zeros at either end, power of ten. */
function decimalOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : JSON.isRawJSON(value) ? value.rawJSON : undefined
  const parts = text === undefined ? null : numberForm.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(power) - fraction.length + (digits.length - significant.length)}`
}
