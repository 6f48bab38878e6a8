import { addDecimals, compareDecimals, decimalRange, multiplyDecimals } from '../decimal.ts'
import { dateRange } from '../partial-date.ts'
import { Refusal } from '../refusal.ts'
import type { DateSearch, NumberSearch, Prefix, SearchValue } from '../search-query.ts'
import type { ParseContext } from './parse-context.ts'
import { splitUnescaped, unescapeValue } from './split.ts'

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s

export function parseDate(context: ParseContext, text: string, expression: string): DateSearch {
  const [, prefix = 'eq', written = ''] = prefixed.exec(text) as RegExpExecArray
  return buildDate(context, prefix as Prefix, written, expression)
}

export function buildDate(
  context: ParseContext,
  prefix: Prefix,
  text: string,
  expression: string,
): DateSearch {
  // A plus sign that nobody encoded arrives as a blank.
  const range = dateRange(text.replace(/ (?=\d\d:\d\d$)/, '+'), context.timeZone)
  if (range === undefined) {
    throw new Refusal(
      'value',
      `"${expression}" takes a date such as ge2026-03-01 or 2026-03-01T09:00:00Z that exists in the calendar.`,
      { expression },
    )
  }
  const { start, end } = range
  // https://hl7.org/fhir/R4/search.html#prefix: approximately is within a tenth of the gap between now and the date.
  const slack = prefix === 'ap' ? Math.round(0.1 * Math.abs(context.now - start)) : 0
  return { kind: 'date', prefix, start: start - slack, end: end + slack }
}

export function parseNumber(text: string, expression: string): NumberSearch {
  const [, prefix = 'eq', written = ''] = prefixed.exec(text) as RegExpExecArray
  return buildNumber(prefix as Prefix, written, expression)
}

export function buildNumber(prefix: Prefix, text: string, expression: string): NumberSearch {
  const range = decimalRange(text)
  if (range === undefined) {
    throw new Refusal('value', `"${expression}" takes a decimal number such as 5.4, lt100 or 1e-2.`, {
      expression,
    })
  }
  const value = addDecimals(text, '0')
  if (prefix !== 'ap') return { kind: 'number', prefix, value, ...range }
  const tenth = multiplyDecimals(value, value.startsWith('-') ? '-0.1' : '0.1')
  const low = addDecimals(value, `-${tenth}`)
  const high = addDecimals(value, tenth)
  return {
    kind: 'number',
    prefix,
    value,
    low: compareDecimals(low, range.low) < 0 ? low : range.low,
    high: compareDecimals(high, range.high) > 0 ? high : range.high,
  }
}

/** `5.4`, `5.4|http://unitsofmeasure.org|mg`, `5.4||mg` (a code or a unit of any system). */
export function parseQuantity(text: string, expression: string): SearchValue {
  const [number = '', system, code, ...rest] = splitUnescaped(text, '|').map(unescapeValue)
  if (rest.length > 0 || (system !== undefined && !code)) {
    throw new Refusal('value', `"${expression}" takes number, number|system|code or number||code.`, {
      expression,
    })
  }
  return {
    kind: 'quantity',
    number: parseNumber(number, expression),
    ...(system ? { system } : {}),
    ...(code ? { code } : {}),
  }
}
