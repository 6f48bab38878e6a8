/** The forms of https://hl7.org/fhir/R4/references.html#literal and of a conditional reference in a transaction. */
export type ParsedReference =
  | { readonly kind: 'local'; readonly type: string; readonly id: string; readonly version?: string }
  | {
      readonly kind: 'absolute'
      readonly url: string
      readonly type?: string
      readonly id?: string
      readonly version?: string
    }
  /** `#x`; the id is empty for `#`, the containing resource itself. */
  | { readonly kind: 'contained'; readonly id: string }
  | { readonly kind: 'urn'; readonly urn: string }
  | { readonly kind: 'conditional'; readonly type: string; readonly query: string }
  /** None of these: a reference that leads nowhere. */
  | { readonly kind: 'unknown'; readonly text: string }

const resourceTypeName = /^[A-Z][A-Za-z]{1,63}$/
const resourceId = /^[A-Za-z0-9.-]{1,64}$/
const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\//i

/** Absolute URLs below one of `localBases` (without trailing slash) are local. */
export function parseReference(text: string, localBases: readonly string[]): ParsedReference {
  if (text.startsWith('#')) return { kind: 'contained', id: text.slice(1) }
  if (text.startsWith('urn:')) return { kind: 'urn', urn: text }
  if (absoluteUrl.test(text)) return parseAbsolute(text, localBases)
  const query = text.indexOf('?')
  if (query !== -1) {
    const type = text.slice(0, query)
    if (resourceTypeName.test(type)) return { kind: 'conditional', type, query: text.slice(query + 1) }
    return { kind: 'unknown', text }
  }
  const place = parsePlace(text)
  return place === undefined ? { kind: 'unknown', text } : { kind: 'local', ...place }
}

function parseAbsolute(url: string, localBases: readonly string[]): ParsedReference {
  for (const base of localBases) {
    if (url.charAt(base.length) !== '/' || !url.startsWith(base)) continue
    const place = parsePlace(url.slice(base.length + 1))
    if (place !== undefined) return { kind: 'local', ...place }
  }
  const parts = url.split('/')
  const tail = parts.at(-2) === '_history' ? 4 : 2
  const place = parts.length > tail + 2 ? parsePlace(parts.slice(-tail).join('/')) : undefined
  return { kind: 'absolute', url, ...place }
}

/** `Patient/1`, `Patient/1/_history/2` */
function parsePlace(text: string): { type: string; id: string; version?: string } | undefined {
  const slash = text.indexOf('/')
  if (slash === -1) return undefined
  const type = text.slice(0, slash)
  if (!resourceTypeName.test(type)) return undefined
  const next = text.indexOf('/', slash + 1)
  const id = next === -1 ? text.slice(slash + 1) : text.slice(slash + 1, next)
  if (!resourceId.test(id)) return undefined
  if (next === -1) return { type, id }
  const version = text.startsWith('/_history/', next) ? text.slice(next + 10) : ''
  return resourceId.test(version) ? { type, id, version } : undefined
}
