import { typeNamed, typeOfCanonical } from './known-types.ts'
import type { ProfileElement } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'

/** What stands below an element: its own, what it refers to, or the structure of its data type. */
export function childrenOf(
  element: ProfileElement,
  index: number | undefined,
  parts: SnapshotParts,
): readonly ProfileElement[] {
  if (element.children !== undefined) return element.children
  if (element.contentReference !== undefined) return referredTo(element.contentReference, parts)
  const [type, ...others] = element.types
  if (type === undefined || others.length > 0) {
    parts.faults.addAt(
      index,
      `${element.path} has several types: narrow it to one before saying what is within.`,
      'path',
    )
    return []
  }
  return profileElements(element, type, index, parts) ?? typeNamed(parts.definitions, type)?.elements ?? []
}

/** An element that refers elsewhere repeats that structure: Questionnaire.item.item is a Questionnaire.item. */
function referredTo(contentReference: string, { definitions }: SnapshotParts): readonly ProfileElement[] {
  const path = contentReference.slice(contentReference.indexOf('#') + 1)
  const [type = '', ...names] = path.split('.')
  let elements: readonly ProfileElement[] = typeNamed(definitions, type)?.elements ?? []
  for (const name of names) elements = elements.find((element) => element.name === name)?.children ?? []
  return elements
}

function profileElements(
  element: ProfileElement,
  type: string,
  index: number | undefined,
  parts: SnapshotParts,
): readonly ProfileElement[] | undefined {
  const [canonical, ...others] = element.profiles ?? []
  if (canonical === undefined || others.length > 0) return undefined
  if (typeOfCanonical(parts.definitions, canonical)?.name === type) return undefined
  const profile = parts.profile(canonical)
  if (typeof profile === 'string') {
    parts.faults.addAt(
      index,
      `${element.path} goes into ${canonical}, which cannot be used: ${profile}`,
      'path',
    )
    return []
  }
  return profile?.elements
}
