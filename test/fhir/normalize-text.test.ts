import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizeText } from '#fhir/normalize-text.ts'

test.each([
  ['Chalmers', 'chalmers'],
  ['MÜLLER-Lüdenscheidt', 'muller-ludenscheidt'],
  ['Straße', 'strasse'],
  ['Søren Ægir', 'soren aegir'],
  ['  Anna \t Maria\n', 'anna maria'],
  ['İstanbul', 'istanbul'],
  ['Łukasz', 'lukasz'],
  ['Ǻngström', 'angstrom'],
  ['Ｗａｎｇ', 'wang'],
  ['王小明', '王小明'],
  ['ΣΊΣΥΦΟΣ', 'σισυφοσ'],
  ['O’Brien', 'o’brien'],
])('%s is found as %s', (written, found) => expect(normalizeText(written)).toBe(found))

test('text that is normalised stays as it is, and its case never mattered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const normal = normalizeText(text)
      expect(normalizeText(normal)).toBe(normal)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left, they separate index terms
      expect(normal).not.toMatch(/[\u0000-\u001f]/)
    }),
  )
})
