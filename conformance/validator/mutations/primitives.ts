import { isSingle, put, type Spot } from '../spots.ts'
import type { Mutator } from './mutator.ts'

const dateTypes = new Set(['date', 'dateTime', 'instant'])
const wholeTypes = new Set(['integer', 'unsignedInt', 'positiveInt'])
const uriTypes = new Set(['uri', 'url', 'canonical'])

/** Not dates of any of the three types. */
const noDates = [
  '2026-13-01',
  '2026-00-10',
  '2026-02-30',
  '2026-04-31',
  '2025-02-29',
  '26-01-01',
  '2026-1-1',
  '01/03/2026',
  '2026-03-01T25:00:00Z',
  '2026-03-01T10:61:00Z',
  '2026-03-01T10:00:00',
  '2026-03-01T10:00Z',
  '2026-03-01 10:00:00Z',
  '2026-03-01T10:00:00+15:00',
  '2026-03-01T10:00:00+0100',
  'tomorrow',
  '2026-W10-1',
  '0000-01-01',
]

const is =
  (...types: readonly string[]) =>
  (spot: Spot): boolean =>
    isSingle(spot) && types.includes(spot.type) && typeof spot.value !== 'object'

/** A type, what is put there, and whether that can be no value of the type. */
const wrong = (kind: string, types: readonly string[], values: readonly unknown[]): Mutator => ({
  kind,
  breaksStructure: true,
  applies: is(...types),
  change: (spot, random) => put(spot, random.pick(values)),
})

const odd = (kind: string, types: readonly string[], values: readonly unknown[]): Mutator => ({
  ...wrong(kind, types, values),
  breaksStructure: false,
})

export const primitiveMutators: readonly Mutator[] = [
  wrong('date-broken', [...dateTypes], noDates),
  wrong('date-with-time', ['date'], ['2026-03-01T10:00:00Z']),
  wrong('instant-cut', ['instant'], ['2026-03-01', '2026-03-01T10:00', '2026']),
  odd('date-cut', ['date', 'dateTime'], ['2026', '2026-03', '1890', '2999-12-31']),
  odd(
    'date-fine',
    ['dateTime', 'instant'],
    ['2026-03-01T10:00:00.123456+14:00', '2024-02-29T23:59:59-11:00'],
  ),
  odd('leap-second', ['dateTime', 'instant'], ['2016-12-31T23:59:60Z', '2026-03-01T24:00:00Z']),
  wrong('time-broken', ['time'], ['10:00', '25:00:00', '10:00:00Z', 'noon']),
  wrong('whole-broken', [...wholeTypes], [1.5, '3', true, -2147483649, 4294967296, '']),
  wrong('below-zero', ['unsignedInt', 'positiveInt'], [-1, -2147483648]),
  wrong('zero', ['positiveInt'], [0]),
  wrong('decimal-broken', ['decimal'], ['1.5', true, '', 'many']),
  odd(
    'decimal-odd',
    ['decimal'],
    [JSON.rawJSON('1.00'), JSON.rawJSON('1e3'), -0.5, JSON.rawJSON('0.12345678901234567890')],
  ),
  wrong('boolean-broken', ['boolean'], ['true', 1, 0, 'yes', '']),
  wrong('text-to-number', ['string', 'code', 'markdown', 'uri', 'id', 'dateTime', 'date'], [7, 1.5]),
  wrong('text-to-boolean', ['string', 'code', 'markdown', 'uri', 'id'], [true, false]),
  wrong('empty-text', ['string', 'code', 'markdown', 'uri', 'date', 'dateTime', 'id'], ['']),
  wrong('blank-code', ['code', 'uri', 'id', 'date'], [' ', '\t', '  \n ']),
  odd('blank-text', ['string', 'markdown'], [' ', '\t', '  \n ']),
  odd(
    'edge-blanks',
    ['string', 'markdown'],
    [' text', 'text ', 'two\nlines', 'ümläut ☃ 𝄞', 'a'.repeat(1000)],
  ),
  wrong('code-blanks', ['code'], [' x', 'x ', 'x  y', 'x\ty']),
  wrong('uri-broken', [...uriTypes], ['http://example.org/a b', 'a b c']),
  odd(
    'uri-odd',
    [...uriTypes],
    ['example', 'urn:example:x', '../x', 'http://example.org/x|1.0', 'urn:oid:2.16.840.1.113883.6.1'],
  ),
  odd(
    'urn-broken',
    ['uri', 'canonical', 'url'],
    ['urn:oid:1.2.x', 'urn:oid:', 'urn:uuid:1234', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520'],
  ),
  wrong('oid-broken', ['oid'], ['1.2.3', 'urn:oid:1.2.x', 'urn:oid:5.1']),
  wrong('id-broken', ['id'], ['a b', 'a_b', 'a/b', 'é', 'a'.repeat(65)]),
  wrong('base64-broken', ['base64Binary'], ['!!!', 'QQ=', 'QWxt*W5hYw==']),
]
