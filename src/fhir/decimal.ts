/** Decimals as text, compared and rounded without ever becoming a binary fraction. */
interface Decimal {
  readonly digits: bigint
  /** Digits after the point; negative for 1e3. */
  readonly scale: number
}

const decimalText = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/
/** Far beyond any measurement, and small enough that no client makes us or PostgreSQL write out a million zeros. */
const longestText = 64
const largestExponent = 400

export function isDecimal(text: string): boolean {
  return parseDecimal(text) !== undefined
}

/**
 * The half-open range that a decimal stands for by the precision it was written in: 100 is [99.5, 100.5), 5.40 is
 * [5.395, 5.405), and 1e2, by the specification's own example, [95, 105).
 * https://hl7.org/fhir/R4/search.html#number
 */
export function decimalRange(text: string): { readonly low: string; readonly high: string } | undefined {
  const decimal = parseDecimal(text)
  if (decimal === undefined) return undefined
  const precise = /^-?\d+[eE]/.test(text) ? rescale(decimal, decimal.scale + 1) : decimal
  return {
    low: print({ digits: precise.digits * 10n - 5n, scale: precise.scale + 1 }),
    high: print({ digits: precise.digits * 10n + 5n, scale: precise.scale + 1 }),
  }
}

/** Negative, zero or positive; infinities ('-Infinity', 'Infinity') are the ends. Both must be decimals. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0
  if (a === '-Infinity' || b === 'Infinity') return -1
  if (a === 'Infinity' || b === '-Infinity') return 1
  const left = readDecimal(a)
  const right = readDecimal(b)
  const scale = Math.max(left.scale, right.scale)
  const difference = rescale(left, scale).digits - rescale(right, scale).digits
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export function addDecimals(a: string, b: string): string {
  const left = readDecimal(a)
  const right = readDecimal(b)
  const scale = Math.max(left.scale, right.scale)
  return print({ digits: rescale(left, scale).digits + rescale(right, scale).digits, scale })
}

export function multiplyDecimals(a: string, b: string): string {
  const left = readDecimal(a)
  const right = readDecimal(b)
  return print({ digits: left.digits * right.digits, scale: left.scale + right.scale })
}

function readDecimal(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (decimal === undefined) throw new RangeError('Not a decimal')
  return decimal
}

function parseDecimal(text: string): Decimal | undefined {
  if (text.length > longestText) return undefined
  const match = decimalText.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const power = Number(exponent)
  if (Math.abs(power) > largestExponent) return undefined
  return { digits: BigInt(sign + whole + fraction), scale: fraction.length - power }
}

function rescale(decimal: Decimal, scale: number): Decimal {
  return { digits: decimal.digits * 10n ** BigInt(scale - decimal.scale), scale }
}

function print(decimal: Decimal): string {
  const { digits, scale } = decimal.scale < 0 ? rescale(decimal, 0) : decimal
  const sign = digits < 0n ? '-' : ''
  const written = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return scale === 0 ? sign + written : `${sign}${written.slice(0, -scale)}.${written.slice(-scale)}`
}
