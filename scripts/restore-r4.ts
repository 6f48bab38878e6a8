import type { SnapshotElement, StructureDefinition } from '../src/fhir/structure-definition.ts'

/** The one addition that reached a differential too. */
const laterElement = 'ResearchStudy.studyDesign'

/**
 * The package's snapshots have been added to: elements of R5 and of Medplum's own (Meta.project, Binary.url), others
 * exchanged (EvidenceVariable.characteristic). Its differentials are HL7's as published, so they decide which elements
 * there are and what they hold. Invariants keep the snapshot's wording, which mends expressions that cannot be evaluated.
 */
export function restoreR4(definition: StructureDefinition): StructureDefinition {
  const { type, kind, derivation, snapshot, differential } = definition
  if (
    kind === 'primitive-type' ||
    derivation === 'constraint' ||
    snapshot === undefined ||
    differential === undefined
  ) {
    return definition
  }
  const genuine = differential.element.filter(({ path }) => path !== laterElement)
  const published = new Map(genuine.map((element) => [element.path, element]))
  const isPublished = ({ path, base }: SnapshotElement): boolean => {
    const parent = path.slice(0, path.lastIndexOf('.'))
    const isInherited = base?.path.split('.')[0] !== type
    return published.has(path) || (isInherited && (parent === type || published.has(parent)))
  }
  const restored = snapshot.element
    .filter(isPublished)
    .map((element) => restoreElement(element, published.get(element.path)))
  insertMissing(restored, genuine)
  return { ...definition, snapshot: { element: restored } }
}

const restoredProperties = ['min', 'max', 'type', 'binding', 'isSummary', 'isModifier'] as const

function restoreElement(element: SnapshotElement, published: SnapshotElement | undefined): SnapshotElement {
  if (published === undefined) return element
  const properties = restoredProperties.filter(
    (name) => published[name] !== undefined && !isLater(name, published),
  )
  const keys = new Set(published.constraint?.map(({ key }) => key))
  return {
    ...element,
    ...Object.fromEntries(properties.map((name) => [name, published[name]])),
    constraint: element.constraint?.filter(({ key }) => keys.has(key)) ?? [],
  }
}

/** ResearchStudy.status got R5's binding in the differential, and kept R4's in the snapshot. */
function isLater(property: string, { binding }: SnapshotElement): boolean {
  return property === 'binding' && binding?.valueSet?.endsWith('|5.0.0') === true
}

/** Each behind the element that it follows in the differential. */
function insertMissing(elements: SnapshotElement[], published: readonly SnapshotElement[]): void {
  for (const [index, element] of published.entries()) {
    if (elements.some(({ path }) => path === element.path)) continue
    const { path: previous = '' } = published[index - 1] ?? {}
    const at = elements.findLastIndex(({ path }) => path === previous || path.startsWith(`${previous}.`))
    elements.splice(at + 1, 0, { ...element, base: { path: element.path } })
  }
}
