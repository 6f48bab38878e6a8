import { type IgnoredScope, parseScopes } from '#access/scope.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { KeySetFetch } from '../server/key-set-fetch.ts'
import { readScopes } from '../server/scopes.ts'

/** What an app may be registered with, by whichever road it comes: anything else would fail later and in silence. */
export interface Registrable {
  /** Whether a key set would ever be fetched from there. */
  readonly fetchesKeysFrom: (url: string) => boolean
  /** The first scope that would grant nothing to anybody. */
  readonly findEmptyScope: (scope: string) => IgnoredScope | undefined
}

export function createRegistrable(definitions: Definitions, keySets: KeySetFetch): Registrable {
  return {
    fetchesKeysFrom: keySets.takes,
    findEmptyScope(scope) {
      const [ignored] = parseScopes(scope, definitions).ignored
      return ignored ?? findUnkept(scope, definitions)
    },
  }
}

/** Granular, by a parameter that the server cannot keep to. */
function findUnkept(scope: string, definitions: Definitions): IgnoredScope | undefined {
  for (const one of scope.split(' ')) {
    try {
      readScopes(one, definitions)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { scope: one, reason: error.message }
    }
  }
  return undefined
}
