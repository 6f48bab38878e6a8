import { normalizeText } from '#fhir/normalize-text.ts'

/** PostgreSQL refuses a tsvector above 1 MB and words above 2 KB; 20,000 words of 100 letters stay below. */
const wordLimit = 20_000
const letterLimit = 100

/** Words as full text search sees them: letters and digits, lower case, without accents. */
export function wordsOf(text: string): string[] {
  return (normalizeText(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, letterLimit))
}

/** A tsvector in PostgreSQL's own notation, so that the same words are found whatever its dictionaries are. */
export function wordVector(texts: readonly string[]): string | null {
  const words = wordsOf(texts.join(' '))
  if (words.length === 0) return null
  return words
    .slice(0, wordLimit)
    .map((word, place) => `'${word}':${place + 1}`)
    .join(' ')
}
