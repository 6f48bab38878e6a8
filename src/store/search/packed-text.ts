import { normalizeText } from '#fhir/normalize-text.ts'

/**
 * A string parameter's values in one text, so that one trigram index answers all three ways to look: between line
 * feeds each value as people search it, then between U+0002 each value as it was written.
 */

const raw = '\u0002'
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators themselves must not come from a client
const control = /[\u0000-\u001f\u007f]+/g

export function packText(texts: readonly string[]): string {
  if (texts.length === 1) {
    const plain = (texts[0] as string).replace(control, ' ')
    return `\n${normalizeText(plain)}\n${raw}${plain}${raw}`
  }
  const plain = texts.map((text) => text.replace(control, ' '))
  const found = [...new Set(plain.map(normalizeText))].sort()
  return `\n${found.join('\n')}\n${raw}${plain.join(raw)}${raw}`
}

export function startsWithPattern(text: string): string {
  return `%\n${likeLiteral(normalizeText(text.replace(control, ' ')))}%`
}

/** Anchored to the part before the raw texts: those are not normalised and would match by chance only. */
export function containsPattern(text: string): string {
  return `%${likeLiteral(normalizeText(text.replace(control, ' ')))}%\n${raw}%`
}

export function exactPattern(text: string): string {
  return `%${raw}${likeLiteral(text.replace(control, ' '))}${raw}%`
}

/** A client's % and _ are letters like any other. */
function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

export function equalsPattern(text: string): string {
  return `%\n${likeLiteral(normalizeText(text.replace(control, ' ')))}\n%${raw}%`
}

export function endsWithPattern(text: string): string {
  return `%${likeLiteral(normalizeText(text.replace(control, ' ')))}\n%${raw}%`
}
