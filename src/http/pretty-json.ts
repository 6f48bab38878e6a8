/** Indents JSON text without parsing it, so that numbers stay as they were written. Takes valid JSON only. */
export function indentJson(text: string): string {
  const pieces: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === quote) {
      at = endOfString(text, at)
    } else if (character === openBrace || character === openBracket) {
      const next = text.charCodeAt(at + 1)
      if (next === closeBrace || next === closeBracket) {
        at++
        continue
      }
      depth++
      pieces.push(text.slice(start, at + 1), newLine(depth))
      start = at + 1
    } else if (character === closeBrace || character === closeBracket) {
      depth--
      pieces.push(text.slice(start, at), newLine(depth))
      start = at
    } else if (character === comma) {
      pieces.push(text.slice(start, at + 1), newLine(depth))
      start = at + 1
    } else if (character === colon) {
      pieces.push(text.slice(start, at + 1), ' ')
      start = at + 1
    } else if (character <= space) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces.join('')
}

const quote = 34
const backslash = 92
const openBrace = 123
const closeBrace = 125
const openBracket = 91
const closeBracket = 93
const comma = 44
const colon = 58
const space = 32

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === quote) return at
    at += character === backslash ? 2 : 1
  }
  return at
}
