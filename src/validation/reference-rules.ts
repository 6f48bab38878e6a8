import type { Definitions } from '#fhir/definitions.ts'
import { lastSegment } from '#fhir/structure-definition.ts'
import { isNode, type Node } from './fhirpath/compiled.ts'
import type { Check, Place } from './place.ts'
import { containedIn } from './referents.ts'

const typed = /(?:^|\/)([A-Z][A-Za-z]+)(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?|\?.*)$/

/** What a reference leads to, as far as it can be told without going there. */
export function typeOfReference(value: unknown, place: Place, definitions: Definitions): string | undefined {
  if (!isNode(value)) return undefined
  const { reference, type } = value
  if (typeof reference === 'string') {
    const found = place.resolve(reference)?.resourceType
    if (typeof found === 'string') return found
    const name = reference.startsWith('#') ? undefined : typed.exec(reference)?.[1]
    if (name !== undefined && definitions.isResourceType(name)) return name
  }
  return typeof type === 'string' && definitions.isResourceType(type) ? type : undefined
}

/** Where R4's own published examples refer to more than the definitions allow. */
const shownByExample: Readonly<Record<string, readonly string[]>> = {
  'DeviceMetric.parent': ['DeviceDefinition'],
  'DeviceUseStatement.reasonReference': ['Procedure'],
  'MedicationRequest.dispenseRequest.performer': ['Practitioner'],
}

/** https://hl7.org/fhir/R4/references.html: a reference to another type than the element allows leads nowhere. */
export function checkTargets(
  path: string,
  targets: readonly string[],
  definitions: Definitions,
): Check | undefined {
  const allowed = new Set([...targets, ...(shownByExample[path] ?? [])])
  if (allowed.size === 0 || allowed.has('Resource') || allowed.has('Any')) return undefined
  const names = targets.length > 8 ? `${targets.slice(0, 8).join(', ')} and others` : targets.join(', ')
  return (value, place) => {
    const type = typeOfReference(value, place, definitions)
    if (type !== undefined && !allowed.has(type))
      place.refuse('invalid', `must refer to ${names}, not to ${type}.`)
    else if (isNode(value) && typeof value.type === 'string' && !allowed.has(lastSegment(value.type)))
      place.refuse('invalid', `must name one of the types ${names} as "type", or none.`)
  }
}

const ownTypes = 'http://hl7.org/fhir/StructureDefinition/'

/** ref-1 of R4 as it is meant (its expression refuses "#", the container), and Reference.type must not contradict. */
export function checkReference(definitions: Definitions): Check {
  return (value, place) => {
    const { reference, type } = value as Node
    // Other canonicals are for logical models, and not for resources (references.html#Reference).
    const named = typeof type === 'string' && type.startsWith(ownTypes) ? lastSegment(type) : type
    if (typeof named === 'string' && !definitions.isResourceType(named)) {
      place.refuse('invalid', 'must name a resource type of R4 as "type", or none.')
      return
    }
    if (typeof reference !== 'string') return
    if (reference.startsWith('#')) {
      if (reference !== '#' && containedIn(place.rootResource, reference.slice(1)) === undefined)
        place.refuse(
          'invariant',
          'refers to a contained resource that is not there; contain it or refer elsewhere (ref-1).',
        )
    } else if (typeof named === 'string') {
      const found = typed.exec(reference)?.[1]
      if (found !== undefined && found !== named && definitions.isResourceType(found))
        place.refuse(
          'invariant',
          `names the type ${named} and refers to ${found}; make them agree or leave the type out.`,
        )
    }
  }
}
