import { typeNamed, typeOfCanonical } from './known-types.ts'
import { discriminatorSteps } from './narrow-slicing.ts'
import type { Discriminator, ProfileElement } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'

/** `unknown`: it depends on a profile that is not here, which does not make the slicing wrong. */
export type Mark = readonly unknown[] | 'unknown' | undefined

/** By what an item is known to be of a slice: https://hl7.org/fhir/R4/profiling.html#discriminator. */
export function tellApart(slice: ProfileElement, { type, path }: Discriminator, parts: SnapshotParts): Mark {
  const steps = discriminatorSteps(path)
  if (steps.some((step) => step.includes('('))) return 'unknown'
  const marks: unknown[] = []
  for (const found of walk(slice, steps, parts)) {
    if (found === 'unknown') return 'unknown'
    if ('value' in found) marks.push(type === 'exists' ? 'there' : ['value', found.value])
    else marks.push(...marksOf(found.element, type))
  }
  if (marks.length > 0) return marks
  const depends = slice.profiles?.some(
    (canonical) => typeOfCanonical(parts.definitions, canonical) === undefined,
  )
  return depends === true ? 'unknown' : undefined
}

type Found = { readonly element: ProfileElement } | { readonly value: unknown } | 'unknown'

/** Where the path leads, through the slices on its way as well. */
function* walk(element: ProfileElement, steps: readonly string[], parts: SnapshotParts): Iterable<Found> {
  const [step, ...further] = steps
  if (step === undefined) {
    yield { element }
    return
  }
  const value = valueAt(element.fixed ?? element.pattern, steps)
  if (value !== undefined) {
    yield { value }
    return
  }
  const children = below(element, parts)
  if (children === 'unknown') {
    yield 'unknown'
    return
  }
  const child = children.find(({ name }) => name === step)
  for (const one of child === undefined ? [] : [child, ...(child.slices ?? [])])
    yield* walk(one, further, parts)
}

function marksOf(element: ProfileElement, type: Discriminator['type']): readonly unknown[] {
  const { types, profiles, targetProfiles, min, max } = element
  switch (type) {
    case 'type':
      return types.length === 0 ? [] : ['type', ...[...types].sort()]
    case 'profile':
      return [...(profiles ?? targetProfiles ?? [])].sort()
    case 'exists':
      return max === 0 ? ['absent'] : min > 0 ? ['there'] : []
    default:
      return valuesWithin(element)
  }
}

function below(element: ProfileElement, parts: SnapshotParts): readonly ProfileElement[] | 'unknown' {
  const { children, profiles = [], types } = element
  const [canonical, ...others] = profiles
  if (children === undefined && canonical !== undefined && others.length === 0) {
    if (typeOfCanonical(parts.definitions, canonical) === undefined) {
      const profile = parts.profile(canonical)
      return profile === undefined || typeof profile === 'string' ? 'unknown' : profile.elements
    }
  }
  if (children !== undefined) return children
  return types[0] === undefined ? [] : (typeNamed(parts.definitions, types[0])?.elements ?? [])
}

function valueAt(whole: unknown, steps: readonly string[]): unknown {
  let value = whole
  for (const step of steps) {
    if (Array.isArray(value)) value = value[0]
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

/** Values given for the element or anything within: `code` may be known by its `coding.code`. */
function valuesWithin(element: ProfileElement, at = '', depth = 0): readonly unknown[] {
  const own = element.fixed ?? element.pattern
  const values: unknown[] = own === undefined ? [] : [[at, own]]
  if (element.binding?.strength === 'required') values.push([at, 'binding', element.binding.valueSet])
  if (depth > 6) return values
  const lower = [...(element.children ?? []), ...(element.slices ?? [])]
  return [...values, ...lower.flatMap((child) => valuesWithin(child, `${at}.${child.name}`, depth + 1))]
}
