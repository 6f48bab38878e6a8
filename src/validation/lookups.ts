import type { ProfileLookup } from '#fhir/profiles/profile.ts'

/** What a clinic's terminology says of value sets and code systems; `undefined`: it cannot tell. */
export interface ValueSetLookup {
  /** By canonical, `url` or `url|version`. */
  codes(valueSet: string): CodeSet | undefined
  /** A code system whose codes are all known. */
  codeSystem?(system: string): { has(code: string): boolean } | undefined
}

export interface CodeSet {
  /** Without a system: a `code` element, whose system goes without saying. */
  has(system: string | undefined, code: string): boolean
}

/** What a clinic knows besides the base types: handed in anew for each resource. */
export interface Lookups {
  readonly valueSets: ValueSetLookup
  readonly profiles: ProfileLookup
}
