import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Definitions } from '#fhir/definitions.ts'
import { createProfiles, type Profiles } from '#fhir/profiles/create-profiles.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { byUrl, type StructureSource, splitCanonical } from '#fhir/profiles/structure-source.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { CodeSystem } from '#fhir/terminology/code-system.ts'
import { extendTerminology } from '#fhir/terminology/extend-terminology.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import type { ValueSet } from '#fhir/terminology/value-set.ts'
import { faultOfExpression } from '#validation/fault-of-expression.ts'
import { Unreadable } from './validate-input.ts'

interface Found {
  readonly profiles: StructureSource[]
  readonly valueSets: ValueSet[]
  readonly codeSystems: CodeSystem[]
}

export interface KnownDefinitions {
  readonly profiles: Profiles
  readonly valueSets: Terminology
}

/** What the server ships, and above it what lies in the folders: single resources, or Bundles of them. */
export function loadKnown(definitions: Definitions, folders: readonly string[]): KnownDefinitions {
  const shipped = { profiles: loadProfiles(definitions), valueSets: loadTerminology() }
  if (folders.length === 0) return shipped
  const found: Found = { profiles: [], valueSets: [], codeSystems: [] }
  for (const folder of folders) gather(folder, found)
  const sources = byUrl(found.profiles)
  const profiles = createProfiles({
    definitions,
    below: shipped.profiles,
    faultOfExpression,
    sources: {
      source: (url, version) => {
        const versions = sources.get(url) ?? []
        return version === undefined ? versions[0] : versions.find((one) => one.version === version)
      },
    },
  })
  for (const source of found.profiles) checkBuilds(source, profiles)
  return {
    profiles,
    valueSets: extendTerminology(shipped.valueSets, found.valueSets, found.codeSystems),
  }
}

function gather(folder: string, found: Found): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Unreadable(`--profiles ${folder}: there is no such folder.`)
  for (const name of globSync('**/*.json', { cwd: folder }).sort()) {
    const file = join(folder, name)
    let resource: unknown
    try {
      resource = JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new Unreadable(`${file} is not JSON: ${(error as Error).message}`)
    }
    sort(resource, found)
  }
}

function sort(resource: unknown, found: Found): void {
  if (typeof resource !== 'object' || resource === null) return
  const { resourceType, derivation, entry } = resource as Record<string, unknown>
  if (resourceType === 'StructureDefinition' && derivation === 'constraint')
    found.profiles.push(resource as StructureSource)
  else if (resourceType === 'ValueSet') found.valueSets.push(resource as ValueSet)
  else if (resourceType === 'CodeSystem') found.codeSystems.push(resource as CodeSystem)
  else if (resourceType === 'Bundle' && Array.isArray(entry))
    for (const one of entry) sort((one as { resource?: unknown } | null)?.resource, found)
}

/** One that cannot be built would silently check nothing. */
function checkBuilds(source: StructureSource, profiles: Profiles): void {
  const canonical = source.version === undefined ? source.url : `${source.url}|${source.version}`
  if (profiles.profile(canonical) !== undefined) return
  try {
    profiles.build(source)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const reasons = error.issues.map(({ diagnostics }) => `  ${diagnostics}`).join('\n')
    throw new Unreadable(`The profile ${splitCanonical(canonical)[0]} cannot be used:\n${reasons}`)
  }
}
