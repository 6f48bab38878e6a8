import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { Issue } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import { buildEtag } from './etag.ts'
import type { FhirResponse } from './exchange.ts'
import { parsePrefer } from './prefer.ts'
import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#create, #update and #delete: what the client is told of its write. */
export function respond(walk: Walk): void {
  const { request, current, written } = walk
  if (request.interaction === 'delete') {
    walk.response = respondDeleted(walk)
  } else if (written !== undefined) {
    const created = current === undefined || current.deleted
    const [status, deed] = created ? ([201, 'created'] as const) : ([200, 'updated'] as const)
    walk.response = respondVersion(walk, written, status, deed, walk.warnings)
  }
}

/** A conditional create that found its resource: nothing is written. */
export function respondFound(walk: Walk, match: StoredVersion): FhirResponse {
  return respondVersion(walk, match, 200, 'there already')
}

function respondVersion(
  walk: Walk,
  stored: StoredVersion,
  status: number,
  deed: string,
  warnings: readonly Issue[] = [],
): FhirResponse {
  const { request } = walk
  const { type, id, version, updated } = stored
  const head = {
    status,
    location: `${request.base}/${type}/${id}/_history/${version}`,
    etag: buildEtag(version),
    lastModified: updated,
  }
  const { answer } = parsePrefer(request.headers.prefer)
  if (answer === 'minimal') return head
  if (answer === 'representation') {
    // Who may write and not read is not shown what they wrote into.
    const body = walk.principal.shown(stored, request.base)
    return body === undefined ? head : { ...head, body }
  }
  return { ...head, body: tell(`${type}/${id} is ${deed}; its version is ${version}.`, warnings) }
}

function respondDeleted({ request, changes, written }: Walk): FhirResponse {
  const versioned = changes.length === 1 && written !== undefined ? { etag: buildEtag(written.version) } : {}
  if (parsePrefer(request.headers.prefer).answer !== 'OperationOutcome') return { status: 204, ...versioned }
  const sentence =
    changes.length === 0
      ? 'There was nothing to delete.'
      : `Deleted ${changes.map(({ type, id }) => `${type}/${id}`).join(', ')}; earlier versions stay in the history.`
  return { status: 200, ...versioned, body: tell(sentence) }
}

function tell(diagnostics: string, warnings: readonly Issue[] = []): string {
  const deed: Issue = { severity: 'information', code: 'informational', diagnostics }
  return JSON.stringify(buildOperationOutcome([deed, ...warnings]))
}
