import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseQuery } from '#interaction/address/query.ts'
import { splitTarget } from '#interaction/address/target.ts'

describe('the parameters of an address', () => {
  it('come decoded, in the order sent, however they are written', () => {
    expect(parseQuery('b=2&a=1%2C2&&b=%C3%BC+x&c&=d&e=f=g', 'query')).toEqual([
      ['b', '2'],
      ['a', '1,2'],
      ['b', 'ü x'],
      ['c', ''],
      ['', 'd'],
      ['e', 'f=g'],
    ])
    expect(parseQuery('', 'query')).toEqual([])
  })

  it('are what URLSearchParams says, for whatever it wrote', () => {
    const part = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 20 }), (pairs) => {
        const written = pairs.filter(([name, value]) => name !== '' || value !== '')
        expect(parseQuery(new URLSearchParams(written).toString(), 'query')).toEqual(written)
      }),
    )
  })

  it('that are no UTF-8, hold NUL or are too many are refused', () => {
    for (const text of ['a=%', 'a=%ff', 'a=%C3%28', 'a=%ED%A0%80', 'a%00=1', 'a=%u0041']) {
      expect(() => parseQuery(text, 'query')).toThrow(expect.objectContaining({ kind: 'value' }))
    }
    expect(() => parseQuery('a=1&'.repeat(1001), 'query')).toThrow(
      expect.objectContaining({ kind: 'too-costly' }),
    )
  })
})

describe('a request target', () => {
  it.each([
    ['/fhir/Patient?name=x', { path: '/fhir/Patient', query: 'name=x' }],
    ['/fhir', { path: '/fhir', query: '' }],
    ['/fhir?', { path: '/fhir', query: '' }],
    ['/fhir?a=b?c', { path: '/fhir', query: 'a=b?c' }],
    ['http://other.example/fhir/Patient?x=1', { path: '/fhir/Patient', query: 'x=1' }],
    ['http://other.example', { path: '/', query: '' }],
    ['*', { path: '', query: '' }],
  ])('%s', (url, expected) => {
    expect(splitTarget(url)).toEqual(expected)
  })
})
