import { Refusal } from '#fhir/refusal.ts'

/** A request target in its two halves, undecoded. */
export interface Target {
  readonly path: string
  /** Without the question mark. */
  readonly query: string
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2: origin form, or the absolute form that proxies send. */
export function splitTarget(url: string): Target {
  let start = 0
  if (url.charCodeAt(0) !== 47) {
    const scheme = url.indexOf('://')
    start = scheme < 0 ? url.length : url.indexOf('/', scheme + 3)
    if (start < 0) return { path: '/', query: '' }
  }
  const mark = url.indexOf('?', start)
  if (mark < 0) return { path: start === 0 ? url : url.slice(start), query: '' }
  return { path: url.slice(start, mark), query: url.slice(mark + 1) }
}

/** Percent-decodes one path segment or parameter; refuses what is not UTF-8, and NUL, which no value can hold. */
export function decodePart(text: string, place: string): string {
  if (text.indexOf('%') < 0) return text
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw new Refusal('value', `The ${place} is not valid percent-encoded UTF-8: encode every % sign as %25.`)
  }
  if (decoded.indexOf('\0') >= 0)
    throw new Refusal('value', `The ${place} holds a NUL character: take it out.`)
  return decoded
}
