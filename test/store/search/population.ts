import { createExtractor } from '../../../src/fhir/extract.ts'
import { loadDefinitions } from '../../../src/fhir/load-definitions.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { type ParseOptions, parseSearch } from '../../../src/fhir/search-parse.ts'
import type { SearchQuery, Viewer } from '../../../src/fhir/search-query.ts'
import type { SearchPage, Store } from '../../../src/store/store.ts'
import type { Indexed } from '../../support/search-oracle.ts'

export const definitions = loadDefinitions()

export const options: ParseOptions = {
  strict: true,
  base: 'http://127.0.0.1/fhir',
  timeZone: 'Europe/Berlin',
  count: { default: 20, most: 1000 },
}

export function viewerOf(tenant: string): Viewer {
  return { tenant, visible: () => 'all' }
}

/** Stored, and as the oracle sees them. */
export async function writeIndexed(into: Store, resources: readonly Resource[]): Promise<Indexed[]> {
  const extractor = createExtractor(definitions)
  const context = { localBases: ['http://127.0.0.1/fhir'], timeZone: 'Europe/Berlin' }
  const indexed: Indexed[] = []
  await into.transaction(async (tx) => {
    for (const [place, { resourceType: type, id = '', ...rest }] of resources.entries()) {
      const updated = new Date(Date.UTC(2026, 0, 1 + (place % 4), 0, 0, place % 7))
      const meta = { ...rest.meta, versionId: '1', lastUpdated: updated.toISOString() }
      const resource: Resource = { ...rest, resourceType: type, id, meta }
      tx.write({
        method: 'PUT',
        type,
        id,
        version: 1,
        updated,
        content: { resource, text: JSON.stringify(resource) },
      })
      indexed.push({ type, id, updated: updated.getTime(), values: extractor.extract(resource, context) })
    }
  })
  return indexed
}

/** `Patient?family=x`, as on a URL. */
export function queryOf(url: string): SearchQuery {
  const [type = '', text = ''] = url.split('?')
  const pairs = [...new URLSearchParams(text.replaceAll('+', '%2B'))]
  return parseSearch(definitions, type === '' ? [] : [type], pairs, options).query
}

/** As the server writes: versions from 1 up, one transaction. */
export async function store(into: Store, resources: readonly Resource[], version = 1): Promise<void> {
  await into.transaction(async (tx) => {
    for (const { resourceType: type, id = '', ...rest } of resources) {
      const updated = new Date()
      const meta = { ...rest.meta, versionId: String(version), lastUpdated: updated.toISOString() }
      const resource: Resource = { ...rest, resourceType: type, id, meta }
      tx.write({
        method: 'PUT',
        type,
        id,
        version,
        updated,
        content: { resource, text: JSON.stringify(resource) },
      })
    }
  })
}

export async function remove(from: Store, type: string, id: string, version: number): Promise<void> {
  await from.transaction(async (tx) => {
    tx.write({ method: 'DELETE', type, id, version, updated: new Date() })
  })
}

export function idsOf({ matches }: SearchPage): string[] {
  return matches.map(({ id }) => id)
}
