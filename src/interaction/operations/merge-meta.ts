import { Refusal } from '#fhir/refusal.ts'
import type { Coding, Meta } from '#fhir/resource.ts'

const codings = ['security', 'tag'] as const

/** What a Meta says of a resource beside its version: these three are what the $meta operations speak of. */
export interface Labels {
  readonly profile: readonly string[]
  readonly security: readonly Coding[]
  readonly tag: readonly Coding[]
}

/** From a request: anything else in it is passed over, as R4 says of versionId and lastUpdated. */
export function readLabels(meta: unknown, expression: string): Labels {
  const { profile = [], security = [], tag = [] } = meta as Meta
  const fits = (list: unknown, isItem: (item: unknown) => boolean): boolean =>
    Array.isArray(list) && list.every(isItem)
  if (
    !fits(profile, (item) => typeof item === 'string') ||
    !fits(security, isCoding) ||
    !fits(tag, isCoding)
  ) {
    throw new Refusal(
      'invalid',
      'In a Meta, profile is a list of canonical URLs, security and tag are lists of Codings.',
      { expression },
    )
  }
  return { profile, security, tag }
}

/** The same object when there is nothing new. */
export function addLabels(meta: Meta, labels: Labels): Meta {
  const added: Meta = { ...meta }
  for (const name of codings) {
    const list = meta[name] ?? []
    const fresh = distinct(labels[name], (a, b) => sameCoding(a, b)).filter(
      (one) => !list.some((other) => sameCoding(one, other)),
    )
    if (fresh.length > 0) added[name] = [...list, ...fresh]
  }
  const profiles = meta.profile ?? []
  const fresh = [...new Set(labels.profile)].filter((one) => !profiles.includes(one))
  if (fresh.length > 0) added.profile = [...profiles, ...fresh]
  return changed(meta, added) ? added : meta
}

export function deleteLabels(meta: Meta, labels: Labels): Meta {
  const left: Meta = { ...meta }
  for (const name of codings) {
    const list = (meta[name] ?? []).filter((one) => !labels[name].some((other) => sameCoding(one, other)))
    if (list.length === (meta[name]?.length ?? 0)) continue
    if (list.length > 0) left[name] = list
    else delete left[name]
  }
  const profiles = (meta.profile ?? []).filter((one) => !labels.profile.includes(one))
  if (profiles.length > 0) left.profile = profiles
  else delete left.profile
  return changed(meta, left) ? left : meta
}

function changed(before: Meta, after: Meta): boolean {
  return (['profile', ...codings] as const).some((name) => before[name]?.length !== after[name]?.length)
}

/** Version and display do not make another label. */
function sameCoding(a: Coding, b: Coding): boolean {
  return a.system === b.system && a.code === b.code
}

function distinct<T>(list: readonly T[], same: (a: T, b: T) => boolean): readonly T[] {
  return list.filter((one, i) => list.findIndex((other) => same(one, other)) === i)
}

function isCoding(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}
