import { maxDepth, poisonedKeys } from './json-glance.ts'
import { Refusal } from './refusal.ts'
import { place } from './text-place.ts'

/** A number that JavaScript would print differently, and where it stands. */
export interface OddNumber {
  readonly path: readonly (string | number)[]
  readonly source: string
}

/** Text without its strings' content is numbers, names and these. */
const token = /["{}[\],]|-?\d[-+.\deE]*/g

/**
 * One pass over JSON text for all that JSON.parse does not tell: depth, keys given twice, poisoned keys, NUL and
 * half surrogates in escapes, numbers that do not survive. The text need not be valid: JSON.parse judges that.
 */
export function scanJson(text: string): readonly OddNumber[] {
  const oddNumbers: OddNumber[] = []
  const open: (OpenObject | OpenArray)[] = []
  let keyExpected = false
  token.lastIndex = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match
    const start = match.index
    const container = open.at(-1)
    if (found === '"') {
      const string = readString(text, start)
      if (string === undefined) break
      token.lastIndex = string.end
      if (keyExpected && container?.kind === 'object') addKey(container, string.value, text, start)
      keyExpected = false
    } else if (found === ',') {
      if (container?.kind === 'array') container.current++
      else keyExpected = true
    } else if (found === '{' || found === '[') {
      if (open.length === maxDepth) {
        throw new Refusal('malformed', `The JSON nests deeper than ${maxDepth} levels ${place(text, start)}.`)
      }
      keyExpected = found === '{'
      open.push(
        keyExpected ? { kind: 'object', keys: new Set(), current: '' } : { kind: 'array', current: 0 },
      )
    } else if (found === '}' || found === ']') {
      open.pop()
      keyExpected = false
    } else if (String(Number(found)) !== found) {
      oddNumbers.push({ path: open.map(({ current }) => current), source: found })
    }
  }
  return oddNumbers
}

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

function addKey(object: OpenObject, key: string, text: string, offset: number): void {
  if (poisonedKeys.has(key)) {
    throw new Refusal('malformed', `The key "${key}" is not allowed ${place(text, offset)}.`)
  }
  if (object.keys.has(key)) {
    const shown = key.slice(0, 64)
    throw new Refusal('malformed', `The key "${shown}" is given twice in one object ${place(text, offset)}.`)
  }
  object.keys.add(key)
  object.current = key
}

/** The string whose opening quote is at `start`; undefined when it has no end. */
function readString(text: string, start: number): { value: string; end: number } | undefined {
  let close = text.indexOf('"', start + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  if (close === -1) return undefined
  const end = close + 1
  const written = text.slice(start, end)
  if (!written.includes('\\')) return { value: written.slice(1, -1), end }
  const value = unescaped(written)
  if (value.includes('\0'))
    throw new Refusal('malformed', `The JSON holds a NUL character ${place(text, start)}.`)
  if (value.isWellFormed()) return { value, end }
  throw new Refusal('malformed', `The JSON holds half a surrogate pair ${place(text, start)}.`)
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === 92 /* \ */) first--
  return (at - first) % 2 === 1
}

/** As written when an escape is none: JSON.parse refuses the text then. */
function unescaped(written: string): string {
  try {
    return JSON.parse(written) as string
  } catch {
    return written
  }
}
