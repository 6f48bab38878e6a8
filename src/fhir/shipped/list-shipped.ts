import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listProfiles } from '../profiles/load-profiles.ts'
import type { Resource } from '../resource.ts'
import type { CompactType } from '../structure-definition.ts'
import { readFolder } from '../terminology/load-terminology.ts'
import type { ElementTexts } from './element-resource.ts'
import { buildStructureResource, type TypeTexts } from './structure-resource.ts'

const besideSources = join(import.meta.dirname, '../../../fhir-profiles')

/** All definitions that the server works by, as FHIR resources with ids, one after the other. */
export function* listShipped(directory: string = besideSources): Iterable<Resource> {
  yield* listTypes(join(directory, 'r4'))
  yield* listProfiles([directory]) as Iterable<Resource>
  yield* readFolder<Resource>(join(directory, 'structure-definitions')).filter(isNewType)
  yield* readJson<readonly Resource[]>(join(directory, 'r4/search-parameter-resources.json')).map(withType)
  yield* prose
  yield* readFolder<Resource>(join(directory, 'search-parameters'))
  yield* readFolder<Resource>(join(directory, 'operations'))
  yield* listCompartments(join(directory, 'r4/compartments'))
  for (const folder of ['value-sets', 'code-systems']) {
    yield* readFolder<Resource>(join(directory, 'r4', folder))
    yield* readFolder<Resource>(join(directory, folder))
  }
}

function* listTypes(r4: string): Iterable<Resource> {
  const types = ['data-types', 'resource-types'].flatMap((folder) =>
    readFolder<CompactType>(join(r4, folder)),
  )
  const texts = new Map<string, TypeTexts>(
    types.map(({ name }) => [name, readJson<TypeTexts>(join(r4, 'texts', `${name}.json`))]),
  )
  const byPath = new Map<string, ElementTexts>()
  for (const { elements } of texts.values())
    for (const [path, short, definition = ''] of elements)
      if (short !== undefined && !byPath.has(path)) byPath.set(path, { short, definition })
  for (const type of types) {
    const own = texts.get(type.name)
    if (own !== undefined) yield buildStructureResource(type, own, (path) => byPath.get(path))
  }
}

function isNewType({ derivation }: Resource): boolean {
  return derivation !== 'constraint'
}

function withType(parameter: Resource): Resource {
  return { ...parameter, resourceType: 'SearchParameter' }
}

/** R4 describes these in prose only: https://hl7.org/fhir/R4/search.html. */
const prose: readonly Resource[] = Object.entries({
  filter: 'A filter expression over the search parameters of the type',
  has: 'What other resources refer to the resource, and what holds for them',
  list: 'The resource is in the list, or in the functional list, that is named',
  type: 'The types that a search across types looks at',
}).map(([name, description]) => ({
  resourceType: 'SearchParameter',
  id: `Resource-${name}`,
  url: `http://hl7.org/fhir/SearchParameter/Resource-${name}`,
  name: `_${name}`,
  status: 'draft',
  description,
  code: `_${name}`,
  base: ['Resource'],
  type: 'special',
}))

function* listCompartments(folder: string): Iterable<Resource> {
  for (const file of readdirSync(folder).sort()) {
    const code = file.replace('.json', '')
    const members = readJson<Readonly<Record<string, readonly string[]>>>(join(folder, file))
    yield {
      resourceType: 'CompartmentDefinition',
      id: code.toLowerCase(),
      url: `http://hl7.org/fhir/CompartmentDefinition/${code.toLowerCase()}`,
      version: '4.0.1',
      name: `BaseFhirCompartmentDefinitionFor${code}`,
      status: 'draft',
      publisher: 'HL7',
      description: `What belongs to the record of one ${code}, and by which search parameters.`,
      code,
      search: true,
      resource: Object.entries(members).map(([type, param]) => ({
        code: type,
        ...(param.length > 0 && { param }),
      })),
    }
  }
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}
