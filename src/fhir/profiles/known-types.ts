import type { Definitions, TypeDefinition } from '../definitions.ts'
import { Refusal } from '../refusal.ts'
import { lastSegment } from '../structure-definition.ts'
import { splitCanonical } from './structure-source.ts'

const published = 'http://hl7.org/fhir/StructureDefinition/'
const releases = ['4.0', '4.0.0', '4.0.1']

/** A resource type or data type, when there is one of that name. */
export function typeNamed(definitions: Definitions, name: string): TypeDefinition | undefined {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) return undefined
  try {
    return definitions.type(name)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** The type that a canonical names: R4's, or one added beside it whose URL is its own. */
export function typeOfCanonical(definitions: Definitions, canonical: string): TypeDefinition | undefined {
  const [url, version] = splitCanonical(canonical)
  const type = typeNamed(definitions, lastSegment(url))
  if (type === undefined || type.url !== url) return undefined
  return version === undefined || releases.includes(version) ? type : undefined
}

/** Is `name` the type `ancestor`, or one that specialises it? `Age` is a `Quantity`, `Patient` a `Resource`. */
export function isKindOf(definitions: Definitions, name: string, ancestor: string): boolean {
  for (let type = typeNamed(definitions, name); type !== undefined; ) {
    if (type.name === ancestor) return true
    type = type.base === undefined ? undefined : typeNamed(definitions, type.base)
  }
  return false
}

/** Types that constrain another lie among the types: SimpleQuantity is a Quantity. */
export function constrainedType(definitions: Definitions, type: TypeDefinition): string {
  const constrains = definitions.type(type.name).elements[0]?.path.split('.')[0]
  return constrains ?? type.name
}

export function publishedUrl(name: string): string {
  return name.includes('/') ? name : published + name
}
