import type { CompactElement, CompactType } from '../structure-definition.ts'

/** FHIR's ElementDefinition, made of what the server keeps of it: https://hl7.org/fhir/R4/elementdefinition.html. */
export interface ElementTexts {
  readonly short: string
  readonly definition: string
}

const structure = 'http://hl7.org/fhir/StructureDefinition/'
const system = 'http://hl7.org/fhirpath/System.'
const typeExtension = `${structure}structuredefinition-fhir-type`
const regexExtension = `${structure}regex`

/** `element` undefined: HL7 forbids it here, and the server knows it only by its absence. */
export function buildElement(
  path: string,
  element: CompactElement | undefined,
  { short, definition }: ElementTexts,
  type: CompactType,
): Record<string, unknown> {
  const { min = 0, max = '1', base = path } = element ?? { max: '0' }
  return dropUndefined({
    id: path,
    path,
    short: short === '' ? undefined : short,
    definition: definition === '' ? lastOf(path) : definition,
    min,
    max,
    base: { path: base, min, max: element === undefined ? '1' : max },
    contentReference: element?.contentReference,
    type: element?.contentReference === undefined ? buildTypes(path, element, type) : undefined,
    ...typedValues(element),
    maxLength: element?.maxLength,
    constraint: buildConstraints(path, element),
    isModifier: element?.modifier ?? (path.includes('.') ? false : undefined),
    isModifierReason:
      element?.modifier === true ? 'It may change how the resource is to be understood.' : undefined,
    isSummary: element?.summary ?? (path.includes('.') ? false : undefined),
    binding: element?.binding && {
      strength: element.binding.strength,
      valueSet: element.binding.valueSet,
    },
  })
}

function buildTypes(
  path: string,
  element: CompactElement | undefined,
  type: CompactType,
): object[] | undefined {
  if (element?.types === undefined) return undefined
  const { types, targets, profiles, regex } = element
  return types.map((code) => {
    const asSystem = path.endsWith('.id') || (type.kind === 'primitive-type' && path.endsWith('.value'))
    const extension = [
      ...(asSystem ? [{ url: typeExtension, valueUrl: code === 'id' ? 'string' : code }] : []),
      ...(regex === undefined ? [] : [{ url: regexExtension, valueString: regex }]),
    ]
    const refers = code === 'Reference' || code === 'canonical' || code === 'CodeableReference'
    return dropUndefined({
      extension: extension.length === 0 ? undefined : extension,
      code: asSystem ? `${system}${systemType(code)}` : code,
      profile: refers ? undefined : profiles?.map((name) => structure + name),
      targetProfile: refers ? targets?.map((name) => structure + name) : undefined,
    })
  })
}

function systemType(code: string): string {
  switch (code) {
    case 'boolean':
      return 'Boolean'
    case 'integer':
    case 'unsignedInt':
    case 'positiveInt':
      return 'Integer'
    case 'decimal':
      return 'Decimal'
    case 'date':
      return 'Date'
    case 'dateTime':
    case 'instant':
      return 'DateTime'
    case 'time':
      return 'Time'
    default:
      return 'String'
  }
}

/** `fixed` and its like carry their type in their name. */
function typedValues(element: CompactElement | undefined): Record<string, unknown> {
  const [code] = element?.types ?? []
  if (element === undefined || code === undefined) return {}
  const suffix = code.charAt(0).toUpperCase() + code.slice(1)
  const values = {
    fixed: element.fixed,
    pattern: element.pattern,
    minValue: element.minValue,
    maxValue: element.maxValue,
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name + suffix, value]))
}

const everyElement = {
  key: 'ele-1',
  severity: 'error',
  human: 'All FHIR elements must have a @value or children',
  expression: 'hasValue() or (children().count() > id.count())',
  source: `${structure}Element`,
}

const everyExtension = {
  key: 'ext-1',
  severity: 'error',
  human: 'Must have either extensions or value[x], not both',
  expression: 'extension.exists() != value.exists()',
  source: `${structure}Extension`,
}

function buildConstraints(path: string, element: CompactElement | undefined): object[] | undefined {
  const { types = [], constraints = [] } = element ?? {}
  // Resources and the System types of primitives are no elements.
  const isElement = path.includes('.') && !path.endsWith('.id') && types[0] !== 'Resource'
  const all = [
    ...(isElement ? [everyElement] : []),
    ...(types[0] === 'Extension' ? [everyExtension] : []),
    ...constraints.filter(({ key }) => key !== 'ele-1' && key !== 'ext-1'),
  ]
  return all.length === 0 ? undefined : all
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function dropUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
