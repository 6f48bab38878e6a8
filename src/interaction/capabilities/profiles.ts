/** A StructureDefinition that the server ships and checks resources against. */
export interface ServedProfile {
  readonly url: string
  readonly version?: string
  /** The type that it constrains; extensions and data types have theirs too. */
  readonly type: string
}

const usCore = {
  server: 'http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server',
  profiles: ['patient', 'practitioner', 'practitionerrole', 'organization', 'location'].map(
    (name) => `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`,
  ),
}

/** Canonicals by type: each once without a version, and once for each version where there are several. */
export function supportedProfiles(served: readonly ServedProfile[]): ReadonlyMap<string, readonly string[]> {
  const byType = new Map<string, string[]>()
  for (const [url, versions] of Map.groupBy(served, (profile) => profile.url)) {
    const [{ type = '' } = {}] = versions
    const dated = versions.length < 2 ? [] : versions.flatMap(({ version }) => version ?? [])
    const names = [url, ...dated.sort().map((version) => `${url}|${version}`)]
    const known = byType.get(type)
    if (known === undefined) byType.set(type, names)
    else known.push(...names)
  }
  return byType
}

/** US Core's server is one that has all of these, and says so only then. */
export function instantiated(served: readonly ServedProfile[]): readonly string[] {
  const urls = new Set(served.map(({ url }) => url))
  return usCore.profiles.every((url) => urls.has(url)) ? [usCore.server] : []
}
