import type { StoredVersion } from '#fhir/resource.ts'
import { buildEtag } from './etag.ts'

/** https://hl7.org/fhir/R4/bundle.html, written as text around the stored texts: nothing is parsed, nothing rebuilt. */
export interface BundleParts {
  readonly type: 'searchset' | 'history'
  readonly lastUpdated: Date
  readonly total?: number | undefined
  readonly links: readonly (readonly [relation: string, url: string])[]
  /** Each the JSON text of an entry. */
  readonly entries: readonly string[]
}

export function bundleText({ type, lastUpdated, total, links, entries }: BundleParts): string {
  let text = `{"resourceType":"Bundle","meta":{"lastUpdated":"${lastUpdated.toISOString()}"},"type":"${type}"`
  if (total !== undefined) text += `,"total":${total}`
  text += `,"link":[${links.map(([relation, url]) => `{"relation":"${relation}","url":${JSON.stringify(url)}}`).join()}]`
  if (entries.length > 0) text += `,"entry":[${entries.join()}]`
  return `${text}}`
}

export function searchEntry(
  base: string,
  type: string,
  id: string,
  resource: string,
  mode: 'match' | 'include',
): string {
  return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},"resource":${resource},"search":{"mode":"${mode}"}}`
}

export function outcomeEntry(outcome: string): string {
  return `{"resource":${outcome},"search":{"mode":"outcome"}}`
}

/** `request` and `response` say what made the version, as if it came from a transaction: a feed can be replayed. */
export function historyEntry(base: string, stored: StoredVersion, resource: string): string {
  const { type, id, version, updated, deleted, method } = stored
  const created = version === 1
  const status = deleted ? '204' : created ? '201' : '200'
  const request = `{"method":"${method}","url":${JSON.stringify(method === 'POST' ? type : `${type}/${id}`)}}`
  const response = `{"status":"${status}","etag":${JSON.stringify(buildEtag(version))},"lastModified":"${updated.toISOString()}"}`
  const content = deleted ? '' : `"resource":${resource},`
  return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},${content}"request":${request},"response":${response}}`
}
