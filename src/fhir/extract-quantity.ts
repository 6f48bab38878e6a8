import { addDecimals, compareDecimals, isDecimal, multiplyDecimals } from './decimal.ts'
import { type Run, refuseElement } from './extract-path.ts'
import { numberText } from './json.ts'

type Node = Readonly<Record<string, unknown>>

function decimalOf(value: unknown): string | undefined {
  const written = numberText(value)
  return written !== undefined && isDecimal(written) ? written : undefined
}

export function visitNumber(value: unknown, run: Run): void {
  const number = decimalOf(value)
  if (number !== undefined) run.values.push({ kind: 'number', low: number, high: number })
}

export function visitNumberRange(value: unknown, run: Run): void {
  const range = readRange(value, run)
  if (range !== undefined) run.values.push({ kind: 'number', low: range.low, high: range.high })
}

function readRange(value: unknown, run: Run): { low: string; high: string; unit: Node } | undefined {
  const { low, high } = value as { low?: Node; high?: Node }
  const from = decimalOf(low?.value)
  const to = decimalOf(high?.value)
  if (from === undefined && to === undefined) return undefined
  if (from !== undefined && to !== undefined && compareDecimals(from, to) > 0) {
    return refuseElement(run, 'A range here ends before it starts')
  }
  return { low: from ?? '-Infinity', high: to ?? 'Infinity', unit: low ?? high ?? {} }
}

export function visitQuantity(value: unknown, run: Run): void {
  const quantity = value as Node
  const number = decimalOf(quantity.value)
  if (number === undefined) return
  const comparator = quantity.comparator
  const below = comparator === '<' || comparator === '<='
  const above = comparator === '>' || comparator === '>='
  pushQuantity(run, below ? '-Infinity' : number, above ? 'Infinity' : number, quantity)
}

export function visitQuantityRange(value: unknown, run: Run): void {
  const range = readRange(value, run)
  if (range !== undefined) pushQuantity(run, range.low, range.high, range.unit)
}

export function visitMoney(value: unknown, run: Run): void {
  const { value: amount, currency } = value as Node
  const number = decimalOf(amount)
  if (number !== undefined)
    pushQuantity(run, number, number, { system: 'urn:iso:std:iso:4217', code: currency })
}

/** From the lowest point to the highest; E, U and L stand for points that were not measured. */
export function visitSampledData(value: unknown, run: Run): void {
  const { data, origin, factor } = value as { data?: unknown; origin?: Node; factor?: unknown }
  const zero = decimalOf(origin?.value)
  if (typeof data !== 'string' || zero === undefined) return
  const scale = decimalOf(factor) ?? '1'
  const points = data.split(' ').filter(isDecimal)
  const measured = points
    .map((point) => addDecimals(zero, multiplyDecimals(point, scale)))
    .sort(compareDecimals)
  const [low, high] = [measured.at(0), measured.at(-1)]
  if (low !== undefined && high !== undefined) pushQuantity(run, low, high, origin ?? {})
}

function pushQuantity(run: Run, low: string, high: string, unit: Node): void {
  const system = text(unit.system)
  const code = text(unit.code)
  const written = text(unit.unit)
  run.values.push({
    kind: 'quantity',
    low,
    high,
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
    ...(written === undefined ? {} : { unit: written }),
  })
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
