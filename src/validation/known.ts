import type { ProfileDefinition } from '#fhir/profiles/profile.ts'
import type { CodeSet, Lookups } from './lookups.ts'

/** Names come from clients: what is remembered of them must not grow without end. */
const mostNames = 2_000

/** Asked for again and again, most of all for what is not there (SNOMED CT, the extensions of others): found once. */
export class Known {
  readonly #lookups: Lookups
  readonly #codes = new Map<string, CodeSet | undefined>()
  readonly #systems = new Map<string, { has(code: string): boolean } | undefined>()
  readonly #profiles = new Map<string, ProfileDefinition | undefined>()
  readonly #earlier = new Map<string, readonly ProfileDefinition[]>()

  constructor(lookups: Lookups) {
    this.#lookups = lookups
  }

  codes(valueSet: string): CodeSet | undefined {
    return remember(this.#codes, valueSet, (name) => this.#lookups.valueSets.codes(name))
  }

  codeSystem(system: string): { has(code: string): boolean } | undefined {
    return remember(this.#systems, system, (name) => this.#lookups.valueSets.codeSystem?.(name))
  }

  profile(canonical: string): ProfileDefinition | undefined {
    return remember(this.#profiles, canonical, (name) => this.#lookups.profiles.profile(name))
  }

  earlier(url: string): readonly ProfileDefinition[] {
    return remember(this.#earlier, url, (name) => this.#lookups.profiles.earlier?.(name) ?? [])
  }
}

function remember<Value>(known: Map<string, Value>, name: string, find: (name: string) => Value): Value {
  const found = known.get(name)
  if (found !== undefined || known.has(name)) return found as Value
  if (known.size >= mostNames) known.clear()
  const value = find(name)
  known.set(name, value)
  return value
}
