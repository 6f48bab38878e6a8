import { locateFault } from './json-fault.ts'
import { glanceAt, maxDepth } from './json-glance.ts'
import { scanJson } from './json-scan.ts'
import { Refusal } from './refusal.ts'

/** A number kept as it was written: https://tc39.es/proposal-json-parse-with-source/. JSON.stringify gives the text back. */
export interface RawNumber {
  readonly rawJSON: string
}

declare global {
  interface JSON {
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
  }
}

/**
 * Lossless: numbers that JavaScript would rewrite (1.0, 1e3, 17 digits) become raw JSON objects, and what
 * JSON.parse hides (a key given twice, `__proto__`) is refused. A glance
 * settles most texts; else a scan looks closely, and notes where odd numbers are: a reviver would be five times slower.
 */
export function parseJson(text: string, depth = maxDepth): unknown {
  if (!text.isWellFormed())
    throw new Refusal('malformed', 'The text holds half a surrogate pair. Send valid UTF-8.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    scanJson(text)
    throw locateFault(text)
  }
  const glance = glanceAt(text, value)
  if (glance === 'plain') return value
  const oddNumbers = scanJson(text, { depth, checkKeys: glance === 'unclear' })
  for (const { path, source } of oddNumbers) value = replaceAt(value, path, JSON.rawJSON(source))
  return value
}

function replaceAt(root: unknown, path: readonly (string | number)[], replacement: RawNumber): unknown {
  const last = path.length - 1
  if (last < 0) return replacement
  let node = root as Record<string | number, unknown>
  for (let i = 0; i < last; i++) node = node[path[i] as string] as Record<string | number, unknown>
  node[path[last] as string] = replacement
  return root
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A byte order mark is tolerated and dropped; anything that is not UTF-8 is refused, never repaired. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Refusal('malformed', 'The body is not valid UTF-8. FHIR is always UTF-8.')
  }
}

/** The text of a number as it was written, whichever way the parser kept it; undefined for what is no number. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return JSON.isRawJSON(value) ? value.rawJSON : undefined
}
