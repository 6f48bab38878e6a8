import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDecimals, compareDecimals, decimalRange, isDecimal, multiplyDecimals } from '#fhir/decimal.ts'

const whole = fc.integer({ min: -1_000_000, max: 1_000_000 })
const places = fc.integer({ min: 0, max: 6 })
const decimal = fc.tuple(whole, places).map(([digits, scale]) => (digits / 10 ** scale).toFixed(scale))

describe('decimals', () => {
  test.each([
    ['100', '99.5', '100.5'],
    ['100.00', '99.995', '100.005'],
    ['1e2', '95', '105'],
    ['5.40', '5.395', '5.405'],
    ['5.40e-3', '0.005395', '0.005405'],
    ['-0.1', '-0.15', '-0.05'],
    ['0', '-0.5', '0.5'],
    ['12345678901234567890.1', '12345678901234567890.05', '12345678901234567890.15'],
  ])('%s stands for %s up to %s by the precision it is written in', (text, low, high) => {
    const range = decimalRange(text) ?? { low: '', high: '' }
    expect(compareDecimals(range.low, low)).toBe(0)
    expect(compareDecimals(range.high, high)).toBe(0)
  })

  test.each([
    '',
    'abc',
    '1.',
    '.5',
    '+1',
    '1e',
    '1e401',
    '0x10',
    'NaN',
    'Infinity',
    ' 1',
    '1,5',
    '9'.repeat(65),
  ])('%j is no decimal that we take', (text) => expect(isDecimal(text)).toBe(false))

  test('comparison is that of the numbers, however they are written', () => {
    expect(compareDecimals('1.0', '1e0')).toBe(0)
    expect(compareDecimals('-Infinity', '-1e400')).toBe(-1)
    expect(compareDecimals('Infinity', '1e400')).toBe(1)
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(compareDecimals(a, b)).toBe(Math.sign(Number(a) - Number(b)) + 0)
      }),
    )
  })

  test('a value lies in its own range, and more places make the range smaller', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        const range = decimalRange(text) ?? { low: 'Infinity', high: '-Infinity' }
        expect(compareDecimals(range.low, text)).toBe(-1)
        expect(compareDecimals(text, range.high)).toBe(-1)
        const finer = decimalRange(text.includes('.') ? `${text}0` : `${text}.0`) ?? { low: '0', high: '0' }
        expect(compareDecimals(range.low, finer.low)).toBe(-1)
        expect(compareDecimals(finer.high, range.high)).toBe(-1)
      }),
    )
  })

  test('sums and products are exact', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3')
    expect(multiplyDecimals('0.1', '0.2')).toBe('0.02')
    expect(multiplyDecimals('-1.5', '1e3')).toBe('-1500')
  })
})
