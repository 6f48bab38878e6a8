import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'

type OriginParts = Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'clock'>

/** What of Provenance the caller may find tells of the versions of one resource: ids by version. */
export async function loadOrigins(
  { database, definitions, settings, clock }: OriginParts,
  { request, principal }: OperationCall,
  key: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const origins = new Map<number, string[]>()
  if (!principal.may('Provenance', 's')) return origins
  const { query } = parseSearch(definitions, ['Provenance'], [['target', key]], {
    base: request.base,
    strict: true,
    count: { default: settings.pageSizeLimit, most: settings.pageSizeLimit },
    timeZone: settings.timeZone,
    now: clock(),
  })
  const { matches } = await database.openStore(principal.viewerFor('s')).search(query)
  for (const { id, text } of matches)
    for (const version of versionsOf(parseJson(text) as Resource, key))
      origins.set(version, [...(origins.get(version) ?? []), id])
  return origins
}

function* versionsOf({ target }: Resource, key: string): Generator<number> {
  for (const { reference } of (target ?? []) as readonly { readonly reference?: string }[])
    if (reference?.startsWith(`${key}/_history/`)) yield Number(reference.slice(key.length + 10))
}
