import type { Definitions } from '#fhir/definitions.ts'
import { createProfiles, type Profiles } from '#fhir/profiles/create-profiles.ts'
import type { Database, Reads } from '#store/store.ts'
import { KnownByClinic } from '../known-by-clinic.ts'
import { isConstraint, isInUse, mostProfiles, searchProfiles, sourcesOf } from './stored-profiles.ts'

/** What resources of a clinic are checked against: what the server ships, and what the clinic has stored. */
export interface ClinicLookups<Terms> {
  readonly profiles: Profiles
  readonly valueSets: Terms
}

export interface ClinicDefinitionsParts<Terms> {
  readonly database: Pick<Database, 'asSystem'>
  readonly definitions: Definitions
  readonly shipped: ClinicLookups<Terms>
  /** The clinic's value sets above the shipped ones; the shipped ones themselves when it has none. */
  readonly loadValueSets: (reads: Reads) => Promise<Terms>
  /** Calls with the clinic whose definitions changed, or with undefined when any may have. */
  readonly subscribe: (listener: (tenant: string | undefined) => void) => () => void
}

/** Each clinic's definitions, read when first asked for and again after they changed, in whichever process. */
export class ClinicDefinitions<Terms> {
  readonly #parts: ClinicDefinitionsParts<Terms>
  readonly #known = new KnownByClinic<ClinicLookups<Terms>>((tenant) => this.#load(tenant))
  readonly #unsubscribe: () => void

  constructor(parts: ClinicDefinitionsParts<Terms>) {
    this.#parts = parts
    this.#unsubscribe = parts.subscribe((tenant) => this.forget(tenant))
  }

  of(tenant: string): ClinicLookups<Terms> | Promise<ClinicLookups<Terms>> {
    return this.#known.of(tenant)
  }

  forget(tenant: string | undefined): void {
    this.#known.forget(tenant)
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
  }

  async #load(tenant: string): Promise<ClinicLookups<Terms>> {
    const { database, definitions, shipped, loadValueSets } = this.#parts
    const reads = database.asSystem(tenant)
    const stored = await searchProfiles(reads, [isConstraint(definitions)], mostProfiles)
    const own = stored.filter(
      (profile) =>
        isInUse(profile) && shipped.profiles.source(`${profile.url}|${profile.version}`) === undefined,
    )
    const valueSets = await loadValueSets(reads)
    if (own.length === 0 && valueSets === shipped.valueSets) return shipped
    const profiles =
      own.length === 0
        ? shipped.profiles
        : createProfiles({ definitions, sources: sourcesOf(own), below: shipped.profiles })
    return { profiles, valueSets }
  }
}
