import type { Definitions } from '../definitions.ts'
import { Refusal } from '../refusal.ts'
import { buildProfile, profileOfType } from './build-profile.ts'
import { typeOfCanonical } from './known-types.ts'
import type { ProfileDefinition, ProfileLookup } from './profile.ts'
import type { StructureSource } from './structure-source.ts'
import { splitCanonical } from './structure-source.ts'

/** Where StructureDefinitions lie: on disk, in a clinic's rows. Answers the newest version when none is named. */
export interface ProfileSources {
  source(url: string, version: string | undefined): StructureSource | undefined
  /** Newest first; absent where there is one of each. */
  versions?(url: string): readonly string[]
}

export interface Profiles extends ProfileLookup {
  /** The snapshot of a StructureDefinition that is not among the sources yet, or a Refusal with all that is wrong. */
  build(source: StructureSource): ProfileDefinition
  /** The StructureDefinition of a profile, of FHIR's own types none. */
  source(canonical: string): StructureSource | undefined
}

export interface ProfileParts {
  readonly definitions: Definitions
  readonly sources: ProfileSources
  /** Asked first: what the server ships cannot be replaced by what a clinic stores. */
  readonly below?: Profiles
  readonly faultOfExpression?: (expression: string) => string | undefined
}

/** A chain of profiles longer than this serves nobody, and each link costs a snapshot. */
const longestChain = 24

export function createProfiles(parts: ProfileParts): Profiles {
  return new BuiltProfiles(parts)
}

class BuiltProfiles implements Profiles {
  readonly #parts: ProfileParts
  readonly #built = new Map<string, ProfileDefinition>()
  readonly #broken = new Map<string, string>()
  readonly #building = new Set<string>()

  constructor(parts: ProfileParts) {
    this.#parts = parts
  }

  profile(canonical: string): ProfileDefinition | undefined {
    const found = this.#find(canonical)
    return typeof found === 'string' ? undefined : found
  }

  earlier(url: string): readonly ProfileDefinition[] {
    const { sources, below } = this.#parts
    if (below?.earlier !== undefined) return below.earlier(url)
    const [, ...older] = sources.versions?.(url) ?? []
    return older.flatMap((version) => this.profile(`${url}|${version}`) ?? [])
  }

  build(source: StructureSource): ProfileDefinition {
    const { definitions, faultOfExpression = () => undefined } = this.#parts
    const key = keyOf(source)
    this.#building.add(key)
    try {
      return buildProfile(source, {
        definitions,
        faultOfExpression,
        profile: (canonical) => this.#find(canonical),
        source: (canonical) => this.source(canonical),
      })
    } finally {
      this.#building.delete(key)
    }
  }

  source(canonical: string): StructureSource | undefined {
    const { sources, below } = this.#parts
    return below?.source(canonical) ?? sources.source(...splitCanonical(canonical))
  }

  #find(canonical: string): ProfileDefinition | string | undefined {
    const known = this.#built.get(canonical)
    if (known !== undefined) return known
    const found = this.#findUnknown(canonical)
    // Canonicals come from clients: those that lead nowhere are not kept.
    if (typeof found === 'object') this.#built.set(canonical, found)
    return found
  }

  #findUnknown(canonical: string): ProfileDefinition | string | undefined {
    const { definitions, sources, below } = this.#parts
    const type = typeOfCanonical(definitions, canonical)
    if (type !== undefined) return profileOfType(type, definitions)
    const shipped = below?.profile(canonical)
    if (shipped !== undefined) return shipped
    const source = sources.source(...splitCanonical(canonical))
    if (source === undefined) return undefined
    if (this.#building.has(keyOf(source))) return 'it leads back to this profile.'
    if (this.#building.size >= longestChain) return `it rests on more than ${longestChain} others.`
    return this.#buildKnown(source)
  }

  #buildKnown(source: StructureSource): ProfileDefinition | string {
    const key = keyOf(source)
    const known = this.#built.get(key) ?? this.#broken.get(key)
    if (known !== undefined) return known
    try {
      const built = this.build(source)
      this.#built.set(key, built)
      return built
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const reason = error.issues[0]?.diagnostics ?? error.message
      this.#broken.set(key, reason)
      return reason
    }
  }
}

function keyOf({ url, version = '' }: StructureSource): string {
  return `${url}|${version}`
}
