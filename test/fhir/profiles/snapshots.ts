import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createProfiles, type Profiles } from '#fhir/profiles/create-profiles.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import type { ProfileDefinition, ProfileElement } from '#fhir/profiles/profile.ts'
import { byUrl, type SourceElement, type StructureSource } from '#fhir/profiles/structure-source.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'

export const definitions = loadDefinitions()
export const shipped = loadProfiles(definitions)

const home = 'https://clinic.example/fhir/StructureDefinition/'

/** A profile of a type, or of another profile, with these elements in its differential. */
export function profile(
  name: string,
  base: string,
  type: string,
  element: readonly SourceElement[],
  more: Partial<StructureSource> = {},
): StructureSource {
  const baseDefinition = base.includes(':') ? base : `http://hl7.org/fhir/StructureDefinition/${base}`
  const kind = type === 'Extension' || type === 'HumanName' ? 'complex-type' : 'resource'
  return {
    url: home + name,
    name,
    status: 'active',
    kind,
    type,
    baseDefinition,
    derivation: 'constraint',
    differential: { element },
    ...more,
  }
}

export function urlOf(name: string): string {
  return home + name
}

export function profilesOf(...sources: readonly StructureSource[]): Profiles {
  const known = byUrl(sources)
  return createProfiles({
    definitions,
    below: shipped,
    sources: {
      source: (url, version) =>
        known.get(url)?.find((source) => version === undefined || source.version === version),
    },
  })
}

export function snapshot(source: StructureSource, ...others: readonly StructureSource[]): ProfileDefinition {
  return profilesOf(source, ...others).build(source)
}

/** Everything that is wrong with it. */
export function faults(source: StructureSource, ...others: readonly StructureSource[]): readonly Issue[] {
  try {
    snapshot(source, ...others)
    return []
  } catch (error) {
    if (error instanceof Refusal) return error.issues
    throw error
  }
}

export function said(source: StructureSource, ...others: readonly StructureSource[]): string {
  return faults(source, ...others)
    .map(({ expression, diagnostics }) => `${expression?.[0]}: ${diagnostics}`)
    .join('\n')
}

/** `identifier:mrn.system` within a snapshot. */
export function element(within: ProfileDefinition, path: string): ProfileElement {
  let list: readonly ProfileElement[] | undefined = within.elements
  let found: ProfileElement | undefined
  for (const step of path.split('.')) {
    const [name, slice] = step.split(':')
    found = list?.find((one) => one.name === name)
    if (slice !== undefined) found = found?.slices?.find(({ sliceName }) => sliceName === slice)
    if (found === undefined) throw new Error(`no ${step} in ${path}`)
    list = found.children
  }
  return found as ProfileElement
}
