import { wordsOf } from './word-vector.ts'

/** More than anyone types to find a note. */
const wordLimit = 50

/**
 * What people type, as a tsquery: all words must be there; `or` between two lets one do; a leading minus or `not`
 * forbids; quotation marks keep words together. Built from letters and digits alone, so any text makes a valid one.
 */
export function wordQuery(text: string): string {
  const pieces = text.match(/-?"[^"]*"|\S+/g) ?? []
  const parts: string[] = []
  let count = 0
  let joiner = ' & '
  let negative = false
  for (const piece of pieces) {
    const lower = piece.toLowerCase()
    if (lower === 'or') joiner = ' | '
    else if (lower === 'and') joiner = ' & '
    else if (lower === 'not') negative = true
    else {
      const words = wordsOf(piece).slice(0, wordLimit - count)
      if (words.length === 0) continue
      count += words.length
      const phrase = words.map((word) => `'${word}'`).join(' <-> ')
      if (parts.length > 0) parts.push(joiner)
      parts.push(
        negative || piece.startsWith('-') ? `!(${phrase})` : words.length > 1 ? `(${phrase})` : phrase,
      )
      joiner = ' & '
      negative = false
    }
  }
  return parts.join('')
}
