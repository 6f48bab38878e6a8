import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Definitions, SearchParameter, TypeDefinition } from './definitions.ts'
import { buildTypeDefinition } from './element-tree.ts'
import { Refusal } from './refusal.ts'
import {
  buildParameterView,
  type CompactParameter,
  expandParameter,
  type SearchParameterResource,
} from './search-parameter-view.ts'
import {
  type CompactType,
  compactType,
  lastSegment,
  type StructureDefinition,
} from './structure-definition.ts'

const besideSources = join(import.meta.dirname, '../../fhir-profiles')

/**
 * `r4/` holds FHIR's own definitions, cut down and worked out by scripts/build-definitions.ts; a type is read when it
 * is first asked for. Beside it, in the same folder or in `more`, lie `structure-definitions/` and
 * `search-parameters/` with FHIR resources as they are: a new type or parameter is a new file there.
 */
export function loadDefinitions(
  directory: string = besideSources,
  more: readonly string[] = [],
): Definitions {
  return new LoadedDefinitions(join(directory, 'r4'), [directory, ...more])
}

class LoadedDefinitions implements Definitions {
  readonly resourceTypes: readonly string[]
  /** Known without reading the types themselves: a start needs the parameters of all and the elements of few. */
  readonly #baseOfResource: ReadonlyMap<string, string>
  readonly #base: string
  readonly #ownTypes = new Map<string, StructureDefinition>()
  readonly #ownParameters: readonly SearchParameterResource[]
  readonly #types = new Map<string, TypeDefinition>()
  readonly #parameters = new Map<string, ReadonlyMap<string, SearchParameter>>()
  readonly #compartments = new Map<string, Readonly<Record<string, readonly string[]>> | undefined>()

  constructor(base: string, directories: readonly string[]) {
    this.#base = base
    for (const definition of readResources<StructureDefinition>(directories, 'structure-definitions')) {
      if (definition.derivation !== 'constraint') this.#ownTypes.set(definition.type, definition)
    }
    this.#ownParameters = readResources<SearchParameterResource>(directories, 'search-parameters')
    const own = [...this.#ownTypes.values()].filter(({ kind, abstract }) => kind === 'resource' && !abstract)
    const published = readJson<Record<string, string>>(join(base, 'resource-types.json'))
    const added = own.map(({ type, baseDefinition = '' }) => [type, lastSegment(baseDefinition)] as const)
    this.#baseOfResource = new Map([...Object.entries(published), ...added])
    this.resourceTypes = [...this.#baseOfResource.keys()].sort()
  }

  isResourceType(name: string): boolean {
    return this.#baseOfResource.has(name)
  }

  type(name: string): TypeDefinition {
    const known = this.#types.get(name)
    if (known !== undefined) return known
    const own = this.#ownTypes.get(name)
    const compact =
      own === undefined
        ? this.#readType(name)
        : withInherited(compactType(own), (base) => this.#readType(base))
    const type = buildTypeDefinition(compact)
    this.#types.set(name, type)
    return type
  }

  searchParameters(type: string): readonly SearchParameter[] {
    return [...this.#parametersOf(type).values()]
  }

  searchParameter(type: string, code: string): SearchParameter | undefined {
    return this.#parametersOf(type).get(code)
  }

  compartmentParameters(compartment: string, type: string): readonly string[] | undefined {
    if (!this.#compartments.has(compartment)) {
      const file = join(this.#base, 'compartments', `${fileName(compartment)}.json`)
      this.#compartments.set(compartment, existsSync(file) ? readJson(file) : undefined)
    }
    return this.#compartments.get(compartment)?.[type]
  }

  #readType(name: string): CompactType {
    const folder = this.#baseOfResource.has(name) ? 'resource-types' : 'data-types'
    const file = join(this.#base, folder, `${fileName(name)}.json`)
    if (!existsSync(file)) throw new Refusal('unknown-type', `There is no FHIR type "${name}".`)
    return readJson(file)
  }

  #parametersOf(type: string): ReadonlyMap<string, SearchParameter> {
    const known = this.#parameters.get(type)
    if (known !== undefined) return known
    if (!this.isResourceType(type)) throw new Refusal('unknown-type', `There is no resource type "${type}".`)
    const compact = new Map<string, CompactParameter>()
    for (const parameter of this.#compactParameters(type)) compact.set(parameter.code, parameter)
    const byUrl = new Map([...compact.values()].map((parameter) => [parameter.url, parameter]))
    const expand = (parameter: CompactParameter): SearchParameter =>
      expandParameter(parameter, type, this, (url) => {
        const component = byUrl.get(url)
        return component && expand(component)
      })
    const codes = [...compact.keys()].sort()
    const parameters = new Map(codes.map((code) => [code, expand(compact.get(code) as CompactParameter)]))
    this.#parameters.set(type, parameters)
    return parameters
  }

  *#compactParameters(type: string): Iterable<CompactParameter> {
    const bases = this.#basesOf(type)
    for (const base of [...bases].reverse()) {
      const file = join(this.#base, 'search-parameters', `${base}.json`)
      if (!existsSync(file)) continue
      for (const parameter of readJson<readonly CompactParameter[]>(file)) {
        const { expression } = parameter
        yield expression === undefined || base === type
          ? parameter
          : { ...parameter, expression: expression.replace(base, type) }
      }
    }
    for (const parameter of this.#ownParameters) {
      if (!parameter.base.some((base) => bases.includes(base))) continue
      const view = buildParameterView(parameter, type, this)
      if (view !== undefined) yield view
    }
  }

  /** The type and those it specialises: Patient, DomainResource, Resource. */
  #basesOf(type: string): readonly string[] {
    const base = this.#baseOfResource.get(type) ?? this.type(type).base
    return base === undefined ? [type] : [type, ...this.#basesOf(base)]
  }
}

/** A definition with only a differential inherits what it does not say. */
function withInherited(type: CompactType, readType: (name: string) => CompactType): CompactType {
  if (type.base === undefined || type.elements.some(({ path }) => path === `${type.name}.id`)) return type
  const inherited = readType(type.base).elements.slice(1)
  const [root = { path: type.name }, ...own] = type.elements
  const renamed = inherited.map((element) => ({
    ...element,
    path: element.path.replace(type.base as string, type.name),
    base: element.base ?? element.path,
  }))
  return { ...type, elements: [root, ...renamed, ...own] }
}

/** One resource, or a Bundle of them, a file. */
function readResources<Resource>(directories: readonly string[], folder: string): readonly Resource[] {
  return directories.flatMap((directory) => {
    const path = join(directory, folder)
    if (!existsSync(path)) return []
    const files = readdirSync(path).filter((file) => file.endsWith('.json'))
    return files.sort().flatMap((file) => {
      const resource = readJson<Resource & { readonly entry?: readonly { readonly resource: Resource }[] }>(
        join(path, file),
      )
      return resource.entry?.map((entry) => entry.resource) ?? [resource]
    })
  })
}

/** Names come from requests too: nothing but a name may become a path. */
function fileName(name: string): string {
  return lastSegment(name).replace(/[^A-Za-z0-9]/g, '')
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}
