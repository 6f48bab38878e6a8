import { checkPermission } from '#access/check-permission.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Meta, Resource, StoredVersion } from '#fhir/resource.ts'
import { checkServed } from '../capabilities/served.ts'
import { buildEtag, matchesVersion, parseEtags } from '../etag.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { addLabels, deleteLabels, type Labels, readLabels } from './merge-meta.ts'
import { loadOperationDefinition } from './operation-definition.ts'

type MetaParts = Pick<RoadParts, 'database'>

/** https://hl7.org/fhir/R4/resource-operation-meta-add.html */
export function createMetaAdd(parts: MetaParts): Operation {
  return {
    definition: loadOperationDefinition('meta-add'),
    invoke: (call) => changeMeta(parts, call, addLabels),
  }
}

/** https://hl7.org/fhir/R4/resource-operation-meta-delete.html */
export function createMetaDelete(parts: MetaParts): Operation {
  return {
    definition: loadOperationDefinition('meta-delete'),
    invoke: (call) => changeMeta(parts, call, deleteLabels),
  }
}

/**
 * R4 leaves open whether this makes a version. It does here: labels decide who may see a resource, and its history
 * must show when that changed.
 */
function changeMeta(
  { database }: MetaParts,
  { request, principal, road, parameters }: OperationCall,
  change: (meta: Meta, labels: Labels) => Meta,
): Promise<FhirResponse> {
  const { type = '', id = '', headers } = request
  checkServed(type, 'update')
  checkPermission(principal, type, 'u')
  const labels = readLabels(parameters.get('meta')?.[0], 'meta')
  return database.openStore(principal.viewerFor('u')).transaction(async (tx) => {
    const before = await tx.read(type, id)
    checkThere(before, type, id)
    if (
      headers.ifMatch !== undefined &&
      !matchesVersion(parseEtags(headers.ifMatch, 'If-Match'), before.version)
    ) {
      throw new Refusal('version-conflict', `${type}/${id} has changed: its version is ${before.version}.`, {
        expression: 'http.If-Match',
      })
    }
    const resource = parseJson(before.text) as Resource
    const meta = change(resource.meta ?? {}, labels)
    if (meta === resource.meta) return answerMeta(meta, before)
    const after = { ...resource, meta }
    const written = await road.write({ method: 'PUT', type, id, before, after }, tx, request, principal)
    return answerMeta((parseJson(written.text) as Resource).meta ?? {}, written)
  })
}

export function checkThere(
  stored: StoredVersion | undefined,
  type: string,
  id: string,
): asserts stored is StoredVersion {
  if (stored === undefined) throw new Refusal('not-found', `There is no ${type}/${id}.`)
  if (stored.deleted)
    throw new Refusal('deleted', `${type}/${id} was deleted.`, {
      headers: { ETag: buildEtag(stored.version) },
    })
}

export function answerMeta(meta: Meta, of?: StoredVersion): FhirResponse {
  const body = JSON.stringify({
    resourceType: 'Parameters',
    parameter: [{ name: 'return', valueMeta: meta }],
  })
  return of === undefined
    ? { status: 200, body }
    : { status: 200, etag: buildEtag(of.version), lastModified: of.updated, body }
}
