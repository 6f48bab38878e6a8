import { Refusal } from '#fhir/refusal.ts'
import type { WriteRule } from './write-rule.ts'

/** Where something comes from is not told otherwise later on, least of all by who did it. Under a new id a PUT creates. */
export function createKeptProvenanceRule(): WriteRule {
  return {
    name: 'a Provenance stays as it was written',
    types: ['Provenance'],
    async apply({ id, before }) {
      if (before === undefined) return []
      throw new Refusal(
        'forbidden',
        `Provenance/${id} stays as it was written: what has changed since is told by another one.`,
      )
    },
  }
}
