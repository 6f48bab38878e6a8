import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, numberText, parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'

const refusalOf = (text: string): string => {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof Refusal) return `${error.status} ${error.message}`
    throw error
  }
  return 'accepted'
}

const integer = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String)
const digits = fc.stringMatching(/^\d{1,20}$/)
const decimal = fc.tuple(integer, digits).map(([whole, fraction]) => `${whole}.${fraction}`)
const exponent = fc.stringMatching(/^[eE][-+]?\d{1,3}$/)
const number = fc.oneof(
  integer,
  decimal,
  fc.tuple(fc.oneof(integer, decimal), exponent).map((parts) => parts.join('')),
)
const string = fc
  .string({
    unit: fc.constantFrom('a', '"', '\\', ':', ',', '1.0', '{', ']', 'é', '\n', '😀', ' : 2.50 ,', '":'),
  })
  .map((text) => JSON.stringify(text))
const key = fc
  .stringMatching(/^[a-zA-Z_][a-zA-Z:"\\ ]{0,8}$/)
  .filter((name) => name !== 'prototype' && name !== '__proto__')
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    number,
    string,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('json')).map((elements) => `[${elements.join(',')}]`),
    fc.dictionary(key, tie('json')).map((members) => {
      const written = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
      return `{${written.join(',')}}`
    }),
  ),
}))
const blank = fc.constantFrom('', ' ', '\n\t')

describe('what is read and written again', () => {
  test('every JSON text comes back exactly as it was sent', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(text)
      }),
    )
  })

  test('blanks between the tokens change nothing', () => {
    fc.assert(
      fc.property(json, blank, blank, (text, before, after) => {
        const spaced = text.replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (found) => `${before}${found}${after}`)
        expect(JSON.stringify(parseJson(spaced))).toBe(text)
      }),
    )
  })

  test('a decimal keeps the precision a laboratory reported', () => {
    const { value } = parseJson('{"value":1.00}') as { value: unknown }
    expect(numberText(value)).toBe('1.00')
    expect(numberText(72)).toBe('72')
    expect(numberText('72')).toBeUndefined()
  })

  test('odd numbers are found wherever they stand', () => {
    const text = '{"a":[{"b":1.0},[2.50,-0,[1e3]]],"\\u0063":{"d":12345678901234567890},"e":0.0000001}'
    expect(JSON.stringify(parseJson(text))).toBe(text.replace('\\u0063', 'c'))
  })
})

describe('what is refused', () => {
  test('a key given twice is refused wherever it hides', () => {
    fc.assert(
      fc.property(json, json, blank, (first, second, space) => {
        const text = `{"x":[${first},{"id"${space}:1,"other":${second},"id":2}]}`
        expect(refusalOf(text)).toContain('The key "id" is given twice in one object')
      }),
    )
    expect(refusalOf('{"id" :1,"id":2}')).toContain('given twice')
    expect(refusalOf('{"id":1,"\\u0069d":2}')).toContain('given twice')
    expect(refusalOf('{"a\\\\":1,\n "a\\\\":2}')).toBe(
      '400 The key "a\\" is given twice in one object at line 2, column 2.',
    )
  })

  test('keys that reach a prototype are refused', () => {
    for (const name of ['__proto__', '\\u005f_proto__', 'constructor', 'prototype']) {
      expect(refusalOf(`{"id":"1","extension":[{"${name}":{}}]}`)).toContain('is not allowed at line 1')
    }
  })

  test('NUL characters and half surrogate pairs are refused', () => {
    expect(refusalOf('{"a":"x\\u0000"}')).toBe('400 The JSON holds a NUL character at line 1, column 6.')
    expect(refusalOf('{"a":"\\\\u0000"}')).toBe('accepted')
    expect(refusalOf('["\\ud83d"]')).toContain('half a surrogate pair')
    expect(refusalOf('["\\ud83d\\ude00"]')).toBe('accepted')
    expect(refusalOf('["\ud83d"]')).toContain('half a surrogate pair')
  })

  test('sixty-four levels are read, sixty-five are refused', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(refusalOf(nested(64))).toBe('accepted')
    expect(refusalOf(nested(65))).toBe('400 The JSON nests deeper than 64 levels at line 1, column 65.')
    expect(refusalOf(nested(500_000))).toContain('nests deeper')
    expect(refusalOf('{"a":'.repeat(500_000))).toContain('nests deeper')
  })

  test.each([
    ['', 'The JSON ends too early at line 1, column 1: expected a value.'],
    ['{"a":1,}', 'The JSON is malformed at line 1, column 8: expected a key in double quotes.'],
    ['{"a":\n 01}', 'The JSON is malformed at line 2, column 2: expected a value.'],
    ['{"a" 1}', 'The JSON is malformed at line 1, column 6: expected a colon.'],
    ['[1 2]', 'The JSON is malformed at line 1, column 4: expected a comma or "]".'],
    ['{"a":1}}', 'The JSON is malformed at line 1, column 8: expected the end.'],
    ['{"name":"Jane', 'The JSON is malformed at line 1, column 9: expected a value.'],
    ['["\u0001"]', 'The JSON is malformed at line 1, column 2: expected a value.'],
    ['["\\x"]', 'The JSON is malformed at line 1, column 2: expected a value.'],
    ['NaN', 'The JSON is malformed at line 1, column 1: expected a value.'],
  ])('malformed text %j is refused with its place and none of its content', (text, sentence) => {
    expect(refusalOf(text)).toBe(`400 ${sentence}`)
  })

  test('whatever JSON.parse refuses is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.constantFrom('"', '\\', '{', ',', ']', '1', 'x', ''),
        (text, at, noise) => {
          const place = at % (text.length + 1)
          const broken = text.slice(0, place) + noise + text.slice(place + 1)
          let valid = true
          try {
            JSON.parse(broken)
          } catch {
            valid = false
          }
          if (!valid) expect(refusalOf(broken)).toMatch(/^400 /)
        },
      ),
    )
  })

  test('bytes that are not UTF-8 are refused, a byte order mark is dropped', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toBe('{}')
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(Refusal)
    }
  })
})
