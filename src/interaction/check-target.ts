import { Refusal } from '#fhir/refusal.ts'
import { isId } from '#validation/primitive-checks.ts'
import { checkServed } from './capabilities/served.ts'
import { readCriteria } from './criteria.ts'
import type { Walk } from './walk.ts'

/** Is there such a type, does it allow this interaction, and what instance is meant? */
export function checkTarget(walk: Walk): void {
  const { parts, request } = walk
  const { type, id, interaction } = request
  if (type === undefined) return
  if (!parts.definitions.isResourceType(type)) {
    throw new Refusal(
      'unknown-type',
      `'${type.slice(0, 64)}' is not a resource type of FHIR R4; names are case-sensitive.`,
    )
  }
  checkServed(type, interaction)
  if (id !== undefined) {
    if (!isId(id))
      throw new Refusal(
        'value',
        'The id in the URL must be 1 to 64 of the characters A-Z, a-z, 0-9, "-" and ".".',
      )
    walk.id = id
  } else {
    const criteria = readCriteria(request)
    if (criteria !== undefined) walk.criteria = criteria
  }
}
