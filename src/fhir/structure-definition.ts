/** The parts of FHIR's StructureDefinition that are read: https://hl7.org/fhir/R4/structuredefinition.html. */
export interface StructureDefinition {
  readonly resourceType: 'StructureDefinition'
  readonly url: string
  readonly version?: string
  readonly name: string
  readonly kind: 'resource' | 'complex-type' | 'primitive-type' | 'logical'
  readonly abstract: boolean
  readonly type: string
  readonly baseDefinition?: string
  readonly derivation?: 'specialization' | 'constraint'
  readonly snapshot?: { readonly element: readonly SnapshotElement[] }
  readonly differential?: { readonly element: readonly SnapshotElement[] }
}

export interface SnapshotElement {
  readonly path: string
  readonly min?: number
  readonly max?: string
  readonly base?: { readonly path: string }
  readonly type?: readonly {
    readonly code: string
    readonly profile?: readonly string[]
    readonly targetProfile?: readonly string[]
    readonly extension?: readonly Extension[]
  }[]
  readonly isSummary?: boolean
  readonly isModifier?: boolean
  readonly contentReference?: string
  readonly binding?: { readonly strength: string; readonly valueSet?: string }
  readonly constraint?: readonly {
    readonly key: string
    readonly severity: 'error' | 'warning'
    readonly human: string
    readonly expression?: string
    readonly source?: string
  }[]
  readonly maxLength?: number
  readonly [choice: string]: unknown
}

interface Extension {
  readonly url: string
  readonly [value: string]: unknown
}

/** A type as it lies in fhir-profiles/r4: what goes without saying is left out. */
export interface CompactType {
  readonly name: string
  readonly url: string
  readonly kind: 'resource' | 'complex-type' | 'primitive-type'
  readonly abstract?: true
  readonly base?: string
  readonly elements: readonly CompactElement[]
}

export interface CompactElement {
  readonly path: string
  /** Absent: 0. */
  readonly min?: number
  /** Absent: '1'. */
  readonly max?: string
  readonly types?: readonly string[]
  readonly targets?: readonly string[]
  readonly profiles?: readonly string[]
  readonly summary?: true
  readonly modifier?: true
  readonly contentReference?: string
  readonly binding?: { readonly strength: string; readonly valueSet: string; readonly system?: string }
  readonly base?: string
  readonly regex?: string
  readonly maxLength?: number
  readonly minValue?: unknown
  readonly maxValue?: unknown
  readonly fixed?: unknown
  readonly pattern?: unknown
  readonly constraints?: readonly {
    readonly key: string
    readonly severity: 'error' | 'warning'
    readonly human: string
    readonly expression?: string
  }[]
}

const typeOfFhirPath = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type'
const regexExtension = 'http://hl7.org/fhir/StructureDefinition/regex'

/** `systemOf` names the one code system of a value set, when it has one. */
export function compactType(
  definition: StructureDefinition,
  systemOf: (valueSet: string) => string | undefined = () => undefined,
): CompactType {
  const { url, kind } = definition
  if (kind === 'logical') throw new Error(`${url} is a logical model, not a type`)
  const name = definition.derivation === 'constraint' ? lastSegment(url) : definition.type
  return dropUndefined({
    name,
    url,
    kind,
    abstract: definition.abstract || undefined,
    base: definition.baseDefinition && lastSegment(definition.baseDefinition),
    elements: (definition.snapshot ?? definition.differential)?.element
      .filter((element) => element.max !== '0')
      .map((element) => compactElement(element, url, systemOf)),
  }) as unknown as CompactType
}

function compactElement(
  element: SnapshotElement,
  url: string,
  systemOf: (valueSet: string) => string | undefined,
): CompactElement {
  const types = element.type ?? []
  const constraints = element.constraint
    ?.filter(({ source }) => source === undefined || source === url)
    .map(({ key, severity, human, expression }) => dropUndefined({ key, severity, human, expression }))
  return dropUndefined({
    path: element.path,
    min: element.min || undefined,
    max: element.max === '1' ? undefined : element.max,
    types: nonEmpty(types.map((type) => typeName(element, type))),
    targets: nonEmpty(types.flatMap(({ targetProfile }) => targetProfile ?? []).map(lastSegment)),
    profiles: nonEmpty(types.flatMap(({ profile }) => profile ?? []).map(lastSegment)),
    summary: element.isSummary || undefined,
    modifier: element.isModifier || undefined,
    contentReference: element.contentReference,
    binding: compactBinding(element.binding, systemOf),
    base: element.base?.path === element.path ? undefined : element.base?.path,
    regex: types.map(({ extension }) => extensionValue(extension, regexExtension)).find(Boolean),
    maxLength: element.maxLength,
    minValue: choice(element, 'minValue'),
    maxValue: choice(element, 'maxValue'),
    fixed: choice(element, 'fixed'),
    pattern: choice(element, 'pattern'),
    constraints: nonEmpty(constraints ?? []),
  }) as unknown as CompactElement
}

/** R4 says of Resource.id that it is a string; the specification's text and all later releases say id. */
function typeName(
  element: SnapshotElement,
  type: { code: string; extension?: readonly Extension[] },
): string {
  if (element.base?.path === 'Resource.id' || element.path === 'Resource.id') return 'id'
  return extensionValue(type.extension, typeOfFhirPath) ?? type.code
}

function compactBinding(
  binding: SnapshotElement['binding'],
  systemOf: (valueSet: string) => string | undefined,
): CompactElement['binding'] {
  if (binding?.valueSet === undefined) return undefined
  const { strength, valueSet } = binding
  const system = strength === 'required' ? systemOf(valueSet) : undefined
  return { strength, valueSet, ...(system === undefined ? {} : { system }) }
}

function choice(element: SnapshotElement, name: string): unknown {
  const key = Object.keys(element).find(
    (key) => key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)),
  )
  return key === undefined ? undefined : element[key]
}

function extensionValue(extensions: readonly Extension[] | undefined, url: string): string | undefined {
  const extension = extensions?.find((candidate) => candidate.url === url)
  return (extension?.valueUrl ?? extension?.valueString) as string | undefined
}

export function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : [...new Set(list)]
}

function dropUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
