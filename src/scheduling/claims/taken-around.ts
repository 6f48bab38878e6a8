import type { Coding, Resource } from '#fhir/resource.ts'

/** Of a slot that is busy because visits beside it take the time of its actors: what was busy by itself stays so after them. */
const aroundTag = {
  system: 'https://almanac.example/fhir/CodeSystem/slot-taken',
  code: 'around',
} as const

export function isTakenAround(slot: Resource): boolean {
  return tagsOf(slot).some(isAround)
}

export function markAround(slot: Resource, marked: boolean): Resource {
  if (marked === isTakenAround(slot)) return slot
  const { tag: _, ...meta } = slot.meta ?? {}
  const others = tagsOf(slot).filter((tag) => !isAround(tag))
  const tag = marked ? [...others, aroundTag] : others
  return { ...slot, meta: { ...meta, ...(tag.length > 0 && { tag }) } }
}

const tagsOf = ({ meta }: Resource): readonly Coding[] => meta?.tag ?? []

const isAround = ({ system, code }: Coding): boolean => system === aroundTag.system && code === aroundTag.code
