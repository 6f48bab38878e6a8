import type { Definitions } from '#fhir/definitions.ts'
import type { Check } from './place.ts'

/** https://hl7.org/fhir/R4/references.html#literal: within the resource, on this server, or anywhere as a URI. */
const local = /^([A-Za-z]+)(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?|\?\S+)$/
const contained = /^#\S*$/
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

export function checkReferenceForm(definitions: Definitions): Check {
  return (value, place) => {
    if (typeof value !== 'string') {
      place.refuse('structure', 'must be a JSON string, such as Patient/123.')
      return
    }
    const type = local.exec(value)?.[1]
    if (type !== undefined) {
      if (!definitions.isResourceType(type))
        place.refuse('value', 'must name a resource type of R4 before the slash.')
    } else if (!contained.test(value) && !absolute.test(value)) {
      place.refuse('value', 'must be Type/id, #id of a contained resource, or an absolute URI.')
    }
  }
}
