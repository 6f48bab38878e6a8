import { decodeUtf8, parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseQuery } from '../address/query.ts'
import { findRoute, type Route, withCompartment } from '../address/route.ts'
import { splitTarget } from '../address/target.ts'
import type { FhirRequest, RequestBody, RequestHeaders } from '../exchange.ts'
import type { BundleEntry } from './bundle-entry.ts'

/** The request that an entry stands for, as if it had come by HTTP with the headers of its bundle. */
export function buildEntryRequest(
  entry: BundleEntry,
  bundle: FhirRequest,
  isResourceType: (name: string) => boolean,
): FhirRequest {
  const { path, query } = splitTarget(belowBase(entry.url, bundle.base))
  const route = findRoute(entry.method, path, isResourceType)
  const { interaction, body: bodyKind, type, id, versionId, operation } = route
  if (interaction === 'bundle') {
    throw new Refusal(
      'not-supported',
      'A batch or transaction cannot hold another one: put its entries into this one.',
    )
  }
  if (
    interaction === 'capabilities' ||
    interaction === 'openapi' ||
    interaction === 'smart-configuration' ||
    bodyKind === 'form'
  ) {
    throw new Refusal(
      'not-supported',
      'This address is not offered inside a bundle: a search is written as a GET, anything else is asked for by itself.',
    )
  }
  const body = buildBody(entry, bodyKind)
  return {
    interaction,
    method: entry.method,
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(versionId !== undefined && { versionId }),
    ...(operation !== undefined && { operation }),
    query: withCompartment(route, parseQuery(query, 'query')),
    ...(body !== undefined && { body }),
    headers: buildHeaders(entry, bundle.headers),
    base: bundle.base,
    requestId: bundle.requestId,
  }
}

function belowBase(url: string, base: string): string {
  if (url.startsWith(`${base}/`) || url.startsWith(`${base}?`)) return url.slice(base.length)
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    throw new Refusal(
      'value',
      'The url must be relative, or absolute below this base: the server asks no other one.',
    )
  }
  return url.startsWith('/') ? url : `/${url}`
}

function buildHeaders(entry: BundleEntry, { prefer, address }: RequestHeaders): RequestHeaders {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist } = entry
  return {
    // A thousand bodies that nobody asked for would double the work.
    prefer:
      prefer === undefined
        ? 'return=minimal'
        : /\breturn=/.test(prefer)
          ? prefer
          : `${prefer}, return=minimal`,
    ...(address !== undefined && { address }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
    ...(ifNoneExist !== undefined && { ifNoneExist }),
  }
}

function buildBody({ resource }: BundleEntry, kind: Route['body']): RequestBody | undefined {
  if (kind === 'none' || kind === 'form' || resource === undefined) return undefined
  if (kind === 'patch' && resource.resourceType === 'Binary') return readBinaryPatch(resource)
  return { mediaType: 'application/fhir+json', json: resource }
}

/** https://hl7.org/fhir/R4/http.html#patch: in a bundle a JSON Patch is the base64 content of a Binary. */
function readBinaryPatch({ contentType, data }: Resource): RequestBody {
  if (typeof contentType !== 'string' || typeof data !== 'string') {
    throw new Refusal('required', 'A patch in a Binary needs contentType and data.', { expression: 'Binary' })
  }
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (mediaType !== 'application/json-patch+json') {
    throw new Refusal(
      'media-type',
      'A patch in a Binary must be application/json-patch+json; a FHIRPath Patch is a Parameters resource.',
      {
        expression: 'Binary.contentType',
      },
    )
  }
  try {
    return { mediaType, json: parseJson(decodeUtf8(Buffer.from(data, 'base64'))) }
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure
    throw new Refusal(failure.kind, failure.message, { expression: 'Binary.data', cause: failure })
  }
}
