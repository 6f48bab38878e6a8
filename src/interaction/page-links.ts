import { Refusal } from '#fhir/refusal.ts'
import type { InteractionSettings, Walk } from './walk.ts'

type Pairs = readonly (readonly [name: string, value: string])[]
type Links = readonly (readonly [relation: string, url: string])[]

/** The parameter that carries a signed cursor. */
const pageParameter = '_page'

/** https://hl7.org/fhir/R4/http.html#paging: `self` says what was understood; the others are followed, never taken apart. */
export function pageLinks(
  walk: Walk,
  applied: Pairs,
  cursors: { next?: string | undefined; previous?: string | undefined },
): Links {
  const { parts } = walk
  const about = boundTo(walk, applied)
  const self = selfUrl(walk, applied)
  const separator = applied.length === 0 ? '?' : '&'
  const pageAt = (token: string) => `${self}${separator}${pageParameter}=${token}`
  const page = (cursor: string) => pageAt(parts.pages.seal(cursor, about))
  const here = sentToken(walk)
  const links: [string, string][] = [
    ['self', here === undefined ? self : pageAt(here)],
    ['first', self],
  ]
  if (cursors.previous !== undefined) links.push(['previous', page(cursors.previous)])
  if (cursors.next !== undefined) links.push(['next', page(cursors.next)])
  return links
}

/** Where the page starts, from a link that this server made for this very search. */
export function readCursor(walk: Walk, applied: Pairs): string | undefined {
  const token = sentToken(walk)
  return token === undefined ? undefined : walk.parts.pages.open(token, boundTo(walk, applied))
}

function sentToken({ request }: Walk): string | undefined {
  return request.query.find(([name]) => name === pageParameter)?.[1]
}

export function withoutPage(pairs: Pairs): Pairs {
  return pairs.some(([name]) => name === pageParameter)
    ? pairs.filter(([name]) => name !== pageParameter)
    : pairs
}

/** More than the most is cut, as R4 allows: `_count` is a wish. */
export function readCount(pairs: Pairs, settings: InteractionSettings): number {
  const text = pairs.findLast(([name]) => name === '_count')?.[1]
  if (text === undefined) return settings.pageSize
  if (!/^[0-9]+$/.test(text))
    throw new Refusal('value', '_count must be a whole number, 0 or more.', { expression: '_count' })
  return Math.min(Number(text), settings.pageSizeLimit)
}

function selfUrl({ request }: Walk, applied: Pairs): string {
  const query = applied.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  return `${request.base}${path(request)}${query === '' ? '' : `?${query}`}`
}

function boundTo(walk: Walk, applied: Pairs): readonly string[] {
  const { tenant, clientId, grantId = '', fhirUser = '', patient = '' } = walk.principal
  return [tenant, clientId, grantId, fhirUser, patient, path(walk.request), ...applied.flat()]
}

function path({ interaction, type, id }: Walk['request']): string {
  const where = (type === undefined ? '' : `/${type}`) + (id === undefined ? '' : `/${id}`)
  if (interaction.startsWith('history')) return `${where}/_history`
  return where
}

/** Commas, bars and colons are everyday search syntax: left readable. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2C|3A|7C|24|2F)/g, decodeURIComponent)
}
