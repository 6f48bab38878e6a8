import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { Place } from './place.ts'
import { Shapes } from './shapes.ts'

export type StructureCheck = (resource: unknown, type: string) => Resource

/** Is this JSON what the type's definition allows in shape? Every issue at once, each with its place. */
export function createStructureCheck(definitions: Definitions): StructureCheck {
  const shapes = new Shapes(definitions)
  return (resource, type) => {
    const own = ownType(resource)
    if (own !== type) {
      throw new Refusal('invalid', `The body must be a ${type} resource, with "resourceType": "${type}".`, {
        expression: own === undefined ? type : `${type}.resourceType`,
      })
    }
    const place = new Place(type)
    shapes.type(type)(resource, place)
    if (place.issues.length > 0) {
      throw new Refusal('invalid', `The ${type} is not well formed.`, { issues: place.issues })
    }
    return resource as Resource
  }
}

function ownType(resource: unknown): unknown {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return undefined
  return (resource as Partial<Resource>).resourceType
}
