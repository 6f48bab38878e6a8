import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import type { ProfileSources } from '#fhir/profiles/create-profiles.ts'
import { byUrl, type StructureSource } from '#fhir/profiles/structure-source.ts'
import type { Clause, SearchQuery } from '#fhir/search-query.ts'
import type { Reads } from '#store/store.ts'

/** A clinic's StructureDefinition, cut down to what a snapshot is made of, and which row it is. */
export interface StoredProfile extends StructureSource {
  readonly id: string
}

export function readProfile(id: string, text: string): StoredProfile {
  return keepSource(id, parseJson(text) as StructureSource)
}

const kept: ReadonlySet<string> = new Set([
  'url',
  'version',
  'name',
  'status',
  'kind',
  'abstract',
  'type',
  'baseDefinition',
  'derivation',
  'context',
])

/** Whole definitions are mostly prose, and a snapshot that is worked out anew anyway. */
export function keepSource(
  id: string,
  { differential, snapshot, ...definition }: StructureSource,
): StoredProfile {
  const head = Object.fromEntries(Object.entries(definition).filter(([name]) => kept.has(name)))
  const list = differential === undefined ? (snapshot === undefined ? {} : { snapshot }) : { differential }
  return { ...(head as unknown as Pick<StructureSource, 'url' | 'kind' | 'type'>), ...list, id }
}

export function isInUse({ derivation, status, kind }: StructureSource): boolean {
  return derivation === 'constraint' && status !== 'retired' && kind !== 'logical'
}

export function sourcesOf(profiles: readonly StoredProfile[]): ProfileSources {
  const known = byUrl(profiles)
  return {
    source(url, version) {
      const candidates = known.get(url)
      return version === undefined ? candidates?.[0] : candidates?.find((one) => one.version === version)
    },
  }
}

/** More of one clinic would take memory from everybody else. */
export const mostProfiles = 2_000

const pageSize = 200

export async function searchProfiles(
  reads: Pick<Reads, 'search'>,
  where: readonly Clause[],
  most: number,
): Promise<readonly StoredProfile[]> {
  const found: StoredProfile[] = []
  let query: SearchQuery | undefined = {
    types: ['StructureDefinition'],
    where,
    sort: [],
    count: Math.min(pageSize, most),
    total: 'none',
    includes: [],
    own: true,
  }
  while (query !== undefined && found.length < most) {
    const { matches, next } = await reads.search(query)
    for (const { id, text } of matches) found.push(readProfile(id, text))
    query = next === undefined ? undefined : { ...query, cursor: next }
  }
  return found.slice(0, most)
}

export function hasUrl(definitions: Definitions, urls: readonly string[]): Clause {
  return {
    kind: 'param',
    parameter: parameterOf(definitions, 'url'),
    values: urls.map((uri) => ({ kind: 'uri', uri })),
  }
}

/** Canonicals are stored as written, with their version or without. */
export function restsOn(definitions: Definitions, canonicals: readonly string[]): Clause {
  return {
    kind: 'param',
    parameter: parameterOf(definitions, 'base'),
    values: [{ kind: 'reference', references: canonicals }],
  }
}

export function isConstraint(definitions: Definitions): Clause {
  return {
    kind: 'param',
    parameter: parameterOf(definitions, 'derivation'),
    values: [{ kind: 'token', code: 'constraint' }],
  }
}

function parameterOf(definitions: Definitions, code: string): SearchParameter {
  const parameter = definitions.searchParameter('StructureDefinition', code)
  if (parameter === undefined) throw new Error(`StructureDefinition has no search parameter ${code}`)
  return parameter
}
