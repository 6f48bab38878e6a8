import { Refusal } from './refusal.ts'
import { place } from './text-place.ts'

const blank = /[\t\n\r ]*/y
/** The range is what JSON allows to stand unescaped: everything from the blank on. */
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

/**
 * Where JSON.parse stumbled. Its own message quotes the text around the place, and that may be a patient's; so
 * this reads the text a second time, and only then.
 */
export function locateFault(text: string): Refusal {
  let at = 0
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const skipText = (expected: string): boolean => {
    skip(blank)
    if (!text.startsWith(expected, at)) return false
    at += expected.length
    return true
  }
  const skipMembers = (close: string): string | undefined => {
    do {
      if (close === '}') {
        skip(blank)
        if (!skip(string)) return 'a key in double quotes'
        if (!skipText(':')) return 'a colon'
      }
      const expected = skipValue()
      if (expected !== undefined) return expected
    } while (skipText(','))
    return skipText(close) ? undefined : `a comma or "${close}"`
  }
  const skipValue = (): string | undefined => {
    if (skipText('{')) return skipText('}') ? undefined : skipMembers('}')
    if (skipText('[')) return skipText(']') ? undefined : skipMembers(']')
    return skip(string) || skip(scalar) ? undefined : 'a value'
  }
  const expected = skipValue() ?? 'the end'
  skip(blank)
  const found = at >= text.length ? 'The JSON ends too early' : 'The JSON is malformed'
  return new Refusal('malformed', `${found} ${place(text, at)}: expected ${expected}.`)
}
