import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Reads } from '#store/store.ts'
import type { WriteRule } from '../write-rule.ts'

/** No house has more floors of departments, and each costs a read. */
const mostLevels = 50

/** What is part of itself has no top: whoever walks up would never arrive. */
export function createPartOfRule(): WriteRule {
  return {
    name: 'nothing is part of itself',
    types: ['Organization', 'Location'],
    async apply({ type, id, after }, tx) {
      if (after === undefined || partOf(after, type) === undefined) return []
      // Two that become part of each other at the same time would not see each other.
      await tx.lock([`${type} is part of`])
      await checkTop(type, id, after, tx.as({ tenant: tx.tenant, visible: () => 'all' }))
      return []
    },
  }
}

async function checkTop(type: string, id: string, from: Resource, reads: Reads): Promise<void> {
  const seen = new Set<string>()
  for (let part = partOf(from, type); part !== undefined && !seen.has(part); ) {
    if (part === id || seen.size >= mostLevels) {
      const wrong = part === id ? 'is part of itself' : `is part of more than ${mostLevels} others`
      throw new Refusal('business-rule', `${type}/${id} ${wrong}: lead partOf to one that is above it.`, {
        expression: `${type}.partOf`,
      })
    }
    seen.add(part)
    const above = await reads.read(type, part)
    part = above === undefined || above.deleted ? undefined : partOf(parseJson(above.text) as Resource, type)
  }
}

function partOf(resource: Resource, type: string): string | undefined {
  const { partOf: up } = resource as { partOf?: { reference?: unknown } }
  const reference = typeof up?.reference === 'string' ? up.reference : ''
  return new RegExp(`(?:^|/)${type}/([A-Za-z0-9\\-.]{1,64})(?:/_history/|$)`).exec(reference)?.[1]
}
