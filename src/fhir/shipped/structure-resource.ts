import type { Resource } from '../resource.ts'
import { type CompactType, lastSegment } from '../structure-definition.ts'
import { buildElement, type ElementTexts } from './element-resource.ts'

/** What people read of a type: as fhir-profiles/r4/texts has it. */
export interface TypeTexts {
  readonly description: string
  /** In the order of the snapshot; an element without texts of its own has those of the one that it comes from. */
  readonly elements: readonly (readonly [path: string, short?: string, definition?: string])[]
}

/** A type of R4 as the StructureDefinition that it was: https://hl7.org/fhir/R4/structuredefinition.html. */
export function buildStructureResource(
  compact: CompactType,
  texts: TypeTexts,
  textsOf: (path: string) => ElementTexts | undefined,
): Resource {
  const { name, url, kind, abstract = false, base } = compact
  const type = lastSegment(compact.elements[0]?.path ?? name)
  const byPath = new Map(compact.elements.map((element) => [element.path, element]))
  const element = texts.elements.map(([path, short, definition]) => {
    const known = byPath.get(path)
    const own = short === undefined ? undefined : { short, definition: definition ?? '' }
    const read = own ?? textsOf(known?.base ?? path) ?? { short: '', definition: '' }
    return buildElement(path, known, read, compact)
  })
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url,
    version: '4.0.1',
    name,
    status: 'active',
    date: '2019-11-01T09:29:23+11:00',
    publisher: 'HL7',
    description: texts.description,
    fhirVersion: '4.0.1',
    kind,
    abstract,
    type,
    ...(base !== undefined && {
      baseDefinition: `http://hl7.org/fhir/StructureDefinition/${base}`,
      derivation: type === name ? 'specialization' : 'constraint',
    }),
    snapshot: { element },
  }
}
