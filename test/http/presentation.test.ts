import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePresentation } from '#http/presentation.ts'
import { indentJson } from '#http/pretty-json.ts'

const fhir = 'application/fhir+json; charset=utf-8'
const fhirXml = 'application/fhir+xml; charset=utf-8'

describe('how an answer is written down', () => {
  it.each<[accept: string | undefined, contentType: string]>([
    [undefined, fhir],
    ['*/*', fhir],
    ['application/*', fhir],
    ['application/fhir+json', fhir],
    ['application/fhir+json; fhirVersion=4.0', fhir],
    ['application/fhir+json; fhirVersion="4.0"', fhir],
    ['APPLICATION/FHIR+JSON', fhir],
    ['application/json', 'application/json; charset=utf-8'],
    ['text/json', 'text/json; charset=utf-8'],
    ['application/fhir+json, application/fhir+xml;q=0.5', fhir],
    ['application/fhir+xml;q=0.9, */*', fhir],
    ['application/json;q=0.5, application/fhir+json;q=0.9', fhir],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', fhir],
  ])('Accept %s gives %s', (accept, contentType) => {
    expect(choosePresentation(accept, [])).toEqual({ contentType, pretty: false })
  })

  it.each<[accept: string, contentType: string]>([
    ['application/fhir+xml', fhirXml],
    ['application/fhir+xml; fhirVersion=4.0', fhirXml],
    ['Application/XML', 'application/xml; charset=utf-8'],
    ['text/xml', 'text/xml; charset=utf-8'],
    ['application/fhir+json;q=0.5, application/fhir+xml', fhirXml],
    ['application/fhir+xml, application/fhir+json', fhirXml],
    ['application/fhir+xml, */*;q=0.1', fhirXml],
    ['application/fhir+json;q=0, */*', fhirXml],
    ['text/html, application/fhir+xml', fhirXml],
  ])('Accept %s gives XML as %s', (accept, contentType) => {
    expect(choosePresentation(accept, [])).toEqual({ contentType, pretty: false, xml: true })
  })

  it('who says nothing is answered in what was sent', () => {
    for (const accept of [undefined, '*/*']) {
      expect(choosePresentation(accept, [], 'application/fhir+xml; charset=utf-8').contentType).toBe(fhirXml)
      expect(choosePresentation(accept, [], 'text/xml').contentType).toBe(fhirXml)
      expect(choosePresentation(accept, [], 'application/json').contentType).toBe(fhir)
      expect(choosePresentation(accept, [['_format', 'json']], 'text/xml').contentType).toBe(fhir)
    }
    expect(choosePresentation('application/fhir+json', [], 'text/xml').contentType).toBe(fhir)
  })

  it.each([
    'text/turtle',
    'application/fhir+xml; fhirVersion=3.0',
    'application/fhir+json;q=0',
    '',
    'application/fhir+json; fhirVersion=3.0',
    'application/fhir+json; fhirVersion="4.0',
    'x'.repeat(5000),
  ])('Accept %s is 406', (accept) => {
    expect(() => choosePresentation(accept, [])).toThrow(expect.objectContaining({ kind: 'not-acceptable' }))
  })

  it('_format outranks Accept', () => {
    expect(choosePresentation('application/fhir+xml', [['_format', 'json']]).contentType).toBe(fhir)
    expect(choosePresentation('application/json', [['_format', 'application/fhir json']]).contentType).toBe(
      fhir,
    )
    for (const format of [
      'xml',
      'text/xml',
      'application/xml',
      'application/fhir+xml',
      'application/fhir xml',
    ]) {
      expect(choosePresentation('application/fhir+json', [['_format', format]]).xml).toBe(true)
    }
    for (const format of ['ttl', 'html', '', 'json,xml', '__proto__', "json' OR 1=1 --"]) {
      expect(() => choosePresentation('*/*', [['_format', format]])).toThrow(
        expect.objectContaining({ kind: 'not-acceptable' }),
      )
    }
  })

  it('two formats at once are refused', () => {
    const pairs = [['_format', 'json'] as const, ['_format', 'xml'] as const]
    expect(() => choosePresentation(undefined, pairs)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  })

  it('indented text is the same JSON, and the same again when written tight', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text)
        expect(JSON.parse(indentJson(text))).toEqual(value)
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
      }),
    )
  })

  it('numbers keep their digits', () => {
    expect(indentJson('{"a":1.0,"b":[1e3,100000000000000000001]}')).toBe(
      '{\n  "a": 1.0,\n  "b": [\n    1e3,\n    100000000000000000001\n  ]\n}',
    )
  })
})
