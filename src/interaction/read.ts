import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { Reads, RecordedRead } from '#store/store.ts'
import { buildEtag, matchesVersion, parseEtags } from './etag.ts'
import type { FhirRequest, FhirResponse } from './exchange.ts'
import { foreseeRead } from './record-audit.ts'
import { isShown } from './shown-version.ts'
import { cutSubset, readSubset } from './subset.ts'
import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#read */
export async function read(walk: Walk): Promise<void> {
  const { request, reads } = walk
  const { type, id } = request
  if (type === undefined || id === undefined) return
  const together = walk.store?.readRecorded(type, id, () => foreseeRead(walk))
  const { stored, recorded } = await (together ?? readAlone(reads, type, id))
  if (stored === undefined) throw new Refusal('not-found', `There is no ${type}/${id}.`)
  walk.recorded = recorded
  walk.touched = [stored]
  walk.response = respondStored(walk, stored)
}

async function readAlone(reads: Reads, type: string, id: string): Promise<RecordedRead> {
  return { stored: await reads.read(type, id), recorded: false }
}

/** https://hl7.org/fhir/R4/http.html#vread */
export async function vread(walk: Walk): Promise<void> {
  const { request, reads } = walk
  const { type, id, versionId } = request
  if (type === undefined || id === undefined || versionId === undefined) return
  const version = /^[1-9][0-9]{0,8}$/.test(versionId) ? Number(versionId) : undefined
  const stored = version === undefined ? undefined : await reads.vread(type, id, version)
  if (stored === undefined || !isShown(walk, stored))
    throw new Refusal('not-found', `There is no version ${versionId.slice(0, 64)} of ${type}/${id}.`)
  walk.touched = [stored]
  walk.response = respondStored(walk, stored)
}

function respondStored({ request, parts }: Walk, stored: StoredVersion): FhirResponse {
  const { type, id, version, updated } = stored
  const etag = buildEtag(version)
  if (stored.deleted) {
    throw new Refusal(
      'deleted',
      `${type}/${id} was deleted; its earlier versions are in ${type}/${id}/_history.`,
      {
        headers: { ETag: etag },
      },
    )
  }
  if (isUnchanged(request, stored)) return { status: 304, etag, lastModified: updated }
  const subset = readSubset(request.query)
  return {
    status: 200,
    etag,
    lastModified: updated,
    body: subset === undefined ? stored.text : cutSubset(stored.text, subset, parts.definitions),
  }
}

/** https://hl7.org/fhir/R4/http.html#cread; RFC 9110: If-None-Match rules when both are there. */
function isUnchanged({ headers }: FhirRequest, { version, updated }: StoredVersion): boolean {
  const { ifNoneMatch, ifModifiedSince } = headers
  if (ifNoneMatch !== undefined) return matchesVersion(parseEtags(ifNoneMatch, 'If-None-Match'), version)
  if (ifModifiedSince === undefined) return false
  const since = Date.parse(ifModifiedSince)
  // HTTP dates have whole seconds; an unreadable one is passed over, as RFC 9110 wants.
  return !Number.isNaN(since) && Math.floor(updated.getTime() / 1000) * 1000 <= since
}
