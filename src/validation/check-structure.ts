import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { createValidator } from './validator.ts'

export type StructureCheck = (resource: unknown, type: string) => Resource

/** Is this JSON what the type's definition allows in shape? Every issue at once, each with its place. */
export function createStructureCheck(definitions: Definitions): StructureCheck {
  const validator = createValidator({
    definitions,
    valueSets: { codes: () => undefined },
    profiles: { profile: () => undefined },
    settings: { refuseUnknownProfiles: false },
  })
  return (resource, type) => {
    const own = (resource as Partial<Resource> | null)?.resourceType
    const issues = validator
      .validate(resource, { type })
      .filter(({ code }) => own !== type || code === 'structure' || code === 'value')
    if (issues.length > 0) throw new Refusal('invalid', `The ${type} is not well formed.`, { issues })
    return resource as Resource
  }
}
