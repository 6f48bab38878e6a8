import { maxDepth, poisonedKeys } from './json-glance.ts'
import { Refusal } from './refusal.ts'
import { place } from './text-place.ts'

/** A number that JavaScript would print differently, and where it stands. */
export interface OddNumber {
  readonly path: readonly (string | number)[]
  readonly source: string
}

export interface ScanOptions {
  readonly depth?: number
  /** False: it is known that no object has a key twice, nor a poisoned one. */
  readonly checkKeys?: boolean
}

const numberText = /[-+.\deE]+/y

/**
 * One pass over JSON text for all that JSON.parse does not tell: depth, keys given twice, poisoned keys, NUL and
 * half surrogates in escapes, numbers that do not survive. The text need not be valid: JSON.parse judges that.
 */
export function scanJson(
  text: string,
  { depth = maxDepth, checkKeys = true }: ScanOptions = {},
): readonly OddNumber[] {
  const oddNumbers: OddNumber[] = []
  const open: (OpenObject | OpenArray)[] = []
  let container: OpenObject | OpenArray | undefined
  let keyExpected = false
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === quote) {
      const close = closingQuote(text, at)
      if (close === -1) break
      const string = text.slice(at + 1, close)
      const value = string.includes('\\') ? readEscapes(string, text, at) : string
      if (keyExpected && container?.kind === 'object') {
        if (checkKeys) addKey(container.keys, value, text, at)
        container.current = value
      }
      keyExpected = false
      at = close
    } else if (c === comma) {
      if (container?.kind === 'array') container.current++
      else keyExpected = true
    } else if (c === openBrace || c === openBracket) {
      if (open.length === depth) {
        throw new Refusal('malformed', `The JSON nests deeper than ${depth} levels ${place(text, at)}.`)
      }
      keyExpected = c === openBrace
      container = keyExpected
        ? { kind: 'object', keys: checkKeys ? new Set() : unchecked, current: '' }
        : { kind: 'array', current: 0 }
      open.push(container)
    } else if (c === closeBrace || c === closeBracket) {
      open.pop()
      container = open.at(-1)
      keyExpected = false
    } else if (c === minus || (c >= zero && c <= nine)) {
      numberText.lastIndex = at
      numberText.test(text)
      const source = text.slice(at, numberText.lastIndex)
      at = numberText.lastIndex - 1
      if (String(Number(source)) !== source)
        oddNumbers.push({ path: open.map(({ current }) => current), source })
    }
  }
  return oddNumbers
}

const unchecked: Set<string> = new Set()

interface OpenObject {
  readonly kind: 'object'
  readonly keys: Set<string>
  /** The key that we are under. */
  current: string
}
interface OpenArray {
  readonly kind: 'array'
  /** The element that we are in. */
  current: number
}

function addKey(keys: Set<string>, key: string, text: string, offset: number): void {
  if (poisonedKeys.has(key)) {
    throw new Refusal('malformed', `The key "${key}" is not allowed ${place(text, offset)}.`)
  }
  if (keys.has(key)) {
    const shown = key.slice(0, 64)
    throw new Refusal('malformed', `The key "${shown}" is given twice in one object ${place(text, offset)}.`)
  }
  keys.add(key)
}

function closingQuote(text: string, opening: number): number {
  let close = text.indexOf('"', opening + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === backslash) first--
  return (at - first) % 2 === 1
}

function readEscapes(string: string, text: string, offset: number): string {
  let value: string
  try {
    value = JSON.parse(`"${string}"`) as string
  } catch {
    return string
  }
  if (value.includes('\0'))
    throw new Refusal('malformed', `The JSON holds a NUL character ${place(text, offset)}.`)
  if (value.isWellFormed()) return value
  throw new Refusal('malformed', `The JSON holds half a surrogate pair ${place(text, offset)}.`)
}

const quote = 34
const comma = 44
const minus = 45
const zero = 48
const nine = 57
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
