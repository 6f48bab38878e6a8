import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { RequestBody } from '../exchange.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'
import { applyJsonPatch } from './json-patch.ts'
import { isObject } from './json-value.ts'

/** https://hl7.org/fhir/R4/http.html#patch; the order is that of the Accept-Patch header. */
export const patchMediaTypes = ['application/json-patch+json', 'application/fhir+json'] as const

const generic: ReadonlySet<string> = new Set(['application/json', 'text/json'])

export function createPatch(definitions: Definitions): (current: Resource, patch: RequestBody) => Resource {
  return (current, { mediaType, json }) => {
    if (mediaType === 'application/json-patch+json')
      return checkIdentity(applyJsonPatch(current, json), current)
    if (generic.has(mediaType) || mediaType === 'application/fhir+json') {
      if (!isObject(json) || json.resourceType !== 'Parameters') {
        throw new Refusal(
          'invalid',
          'A FHIRPath Patch must be a Parameters resource; a JSON Patch needs the content type application/json-patch+json.',
        )
      }
      return checkIdentity(applyFhirPathPatch(current, json, definitions), current)
    }
    throw new Refusal('media-type', `A patch must be one of ${patchMediaTypes.join(', ')}.`, {
      headers: { 'Accept-Patch': patchMediaTypes.join(', ') },
    })
  }
}

function checkIdentity(patched: unknown, current: Resource): Resource {
  if (isObject(patched) && patched.resourceType === current.resourceType && patched.id === current.id) {
    return patched as Resource
  }
  throw new Refusal('unprocessable', 'A patch may not change the id or the resourceType.', {
    expression:
      isObject(patched) && patched.resourceType === current.resourceType
        ? `${current.resourceType}.id`
        : 'resourceType',
  })
}
