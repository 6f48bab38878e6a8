/**
 * How string search compares: case and accents do not count (https://hl7.org/fhir/R4/search.html#string), and
 * neither do the width of a blank or control characters. Letters without a decomposition get their usual spelling.
 */
export function normalizeText(text: string): string {
  if (plain.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(marks, '')
    .replace(undecomposed, (letter) => spelling[letter] ?? letter)
    .replace(blanks, ' ')
    .trim()
}

const plain = /^[!-~]+(?: [!-~]+)*$/
const marks = /\p{M}+/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: they may stand in a FHIR string, and separate index terms
const blanks = /[\s\u0000-\u001f\u007f-\u009f]+/g
const undecomposed = /[ßæœøłđðþıſς]/g
const spelling: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ſ: 's',
  ς: 'σ',
}
