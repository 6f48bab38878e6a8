import { compareDecimals, isDecimal } from '#fhir/decimal.ts'
import { numberText } from '#fhir/json.ts'
import { isNode, type Types } from './compiled.ts'

const dateTypes: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant'])

export function areDates(types: Types): boolean {
  return types?.some(({ name }) => dateTypes.has(name)) ?? false
}

/** Negative, zero, positive; undefined when the values do not tell: other units, dates of other precision. */
export function order(left: unknown, right: unknown, dates: boolean): number | undefined {
  const [a, b] = [numberText(left), numberText(right)]
  if (a !== undefined && b !== undefined)
    return isDecimal(a) && isDecimal(b) ? compareDecimals(a, b) : undefined
  if (typeof left === 'string' && typeof right === 'string') {
    if (dates) return compareDates(left, right)
    return left < right ? -1 : left === right ? 0 : 1
  }
  return isNode(left) && isNode(right) ? compareQuantities(left, right) : undefined
}

function compareQuantities(
  left: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
): number | undefined {
  if (left.system !== right.system || (left.code ?? left.unit) !== (right.code ?? right.unit))
    return undefined
  return order(left.value, right.value, false)
}

/** Part by part, both in UTC when they have a time: what one does not say is not compared. */
function compareDates(left: string, right: string): number | undefined {
  const [a, b] = [dateParts(left), dateParts(right)]
  if (a === undefined || b === undefined) return undefined
  const known = Math.min(a.length, b.length)
  for (let i = 0; i < known; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length === b.length ? 0 : undefined
}

const dateForm = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(T.+)?$/

function dateParts(text: string): readonly number[] | undefined {
  const match = dateForm.exec(text)
  if (match === null) return undefined
  if (match[4] === undefined) {
    return match
      .slice(1, 4)
      .filter((part) => part !== undefined)
      .map(Number)
  }
  // JavaScript knows no leap seconds.
  const time = Date.parse(text.replace(/(T\d\d:\d\d:)60/, '$159'))
  if (Number.isNaN(time)) return undefined
  const date = new Date(time)
  const seconds = date.getUTCSeconds() + date.getUTCMilliseconds() / 1000
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    seconds,
  ]
}
