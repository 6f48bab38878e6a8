import { expect, test } from 'vitest'
import { canonicalJson } from '#fhir/canonical-json.ts'
import { parseJson } from '#fhir/json.ts'

// https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2 and #section-3.2.3
test('numbers, strings and literals are printed as RFC 8785 shows', () => {
  const text = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`
  expect(canonicalJson(JSON.parse(text))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('members stand by the code units of their names', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6', '10', '9']
  const canonical = canonicalJson(Object.fromEntries(names.map((name) => [name, 1])))
  const order = ['\r', '1', '10', '9', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
  expect(canonical).toBe(`{${order.map((name) => `${JSON.stringify(name)}:1`).join(',')}}`)
})

test('a number kept as it was written becomes what it means', () => {
  expect(canonicalJson(parseJson('{"value":1.0}'))).toBe('{"value":1}')
})
