import type { Resource } from '#fhir/resource.ts'

/** Lists of a type in which the caller finds themselves, and nobody else who is a patient or a relative. */
export interface OtherPeople {
  readonly names: readonly string[]
  /** `Patient/1`, `RelatedPerson/2`: whom the caller is and acts for. */
  readonly own: readonly string[]
}

interface ReferenceLike {
  readonly reference?: string
  readonly type?: string
  readonly identifier?: unknown
  readonly display?: string
}

const person = /(?:^|\/)((?:Patient|RelatedPerson)\/[^/]+)(?:\/_history\/.*)?$/
const personType = /(?:^|\/)(?:Patient|RelatedPerson)$/

/** The items that are about somebody else, by the name of their list; those that tell who only in words go with them. */
export function otherPeopleIn(
  resource: Resource,
  { names, own }: OtherPeople,
): ReadonlyMap<string, readonly unknown[]> {
  const contained = listOf(resource.contained) as readonly Resource[]
  const isOther = ({ reference, type = '' }: ReferenceLike): boolean => {
    if (reference === undefined) return personType.test(type)
    if (reference.startsWith('#')) {
      const inside = contained.find(({ id }) => id === reference.slice(1))
      return inside === undefined || personType.test(inside.resourceType)
    }
    const named = person.exec(reference)?.[1]
    return named !== undefined && !own.includes(named)
  }
  const others = new Map<string, readonly unknown[]>()
  const unnamed = new Map<string, readonly unknown[]>()
  for (const name of names) {
    const items = listOf(resource[name])
    add(
      others,
      name,
      items.filter((item) => referencesIn(item).some(isOther)),
    )
    add(
      unnamed,
      name,
      items.filter((item) => isUnnamed(referencesIn(item))),
    )
  }
  if (others.size === 0) return others
  for (const [name, items] of unnamed) others.set(name, [...new Set([...(others.get(name) ?? []), ...items])])
  add(
    others,
    'contained',
    contained.filter(({ resourceType }) => personType.test(resourceType)),
  )
  return others
}

/** May the text hold anybody else at all? Most visits are of one patient, and are not read again for it. */
export function mayNameOthers(text: string, { own }: OtherPeople): boolean {
  let rest = text
  for (const reference of own) rest = rest.replaceAll(`"${reference}"`, '""')
  return /Patient|RelatedPerson/.test(rest)
}

/** The list as the caller wants it, with what they are not shown at its old places. */
export function keepOthers(
  sent: readonly unknown[],
  stored: readonly unknown[],
  others: readonly unknown[],
): readonly unknown[] {
  const rest = [...sent]
  const kept = stored.flatMap((item) => (others.includes(item) ? [item] : rest.splice(0, 1)))
  return [...kept, ...rest]
}

function add(into: Map<string, readonly unknown[]>, name: string, items: readonly unknown[]): void {
  if (items.length > 0) into.set(name, items)
}

function isUnnamed(references: readonly ReferenceLike[]): boolean {
  return (
    references.length > 0 &&
    references.every(({ reference, type }) => reference === undefined && type === undefined)
  )
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Whatever looks like a Reference, however deep. */
function referencesIn(value: unknown): readonly ReferenceLike[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  const own = value as ReferenceLike
  const found = Object.values(value).flatMap(referencesIn)
  const isReference =
    typeof own.reference === 'string' ||
    (own.identifier !== undefined && !Array.isArray(own.identifier)) ||
    (typeof own.display === 'string' && (value as { code?: unknown }).code === undefined)
  return isReference ? [own, ...found] : found
}
