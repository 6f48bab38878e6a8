import type { ProfileElement } from '#fhir/profiles/profile.ts'
import { isNode } from '../fhirpath/compiled.ts'
import type { ProfileScope } from './profile-scope.ts'

export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'as' }

/** What a slice says at the end of a discriminator's path. */
export interface Wanted {
  readonly fixed?: unknown
  readonly pattern?: unknown
  /** undefined: the slice says nothing that deep. */
  readonly element?: ProfileElement
}

export function followPath(slice: ProfileElement, steps: readonly Step[], scope: ProfileScope): Wanted {
  let element: ProfileElement | undefined = slice
  for (const [index, step] of steps.entries()) {
    const value = valueBelow(element, steps.slice(index))
    if (value !== undefined) return value
    element = next(element, step, scope)
    if (element === undefined) return {}
  }
  const { fixed, pattern } = element
  if (fixed !== undefined) return { fixed, element }
  return pattern === undefined ? { element } : { pattern, element }
}

/** `code` fixed to a CodeableConcept says what `code.coding.code` is. */
function valueBelow({ fixed, pattern }: ProfileElement, steps: readonly Step[]): Wanted | undefined {
  const whole = fixed ?? pattern
  if (whole === undefined) return undefined
  let value: unknown = whole
  for (const step of steps) {
    if (step.kind !== 'name') return undefined
    const [one]: readonly unknown[] = Array.isArray(value) ? value : [value]
    value = isNode(one) ? one[step.name] : undefined
  }
  if (value === undefined) return undefined
  const [one]: readonly unknown[] = Array.isArray(value) ? value : [value]
  return fixed === undefined ? { pattern: one } : { fixed: one }
}

function next(element: ProfileElement, step: Step, scope: ProfileScope): ProfileElement | undefined {
  switch (step.kind) {
    case 'as':
      return element
    case 'name':
      return childrenOf(element, scope).find(({ name }) => name === step.name)
    case 'extension': {
      const extensions = childrenOf(element, scope).find(({ name }) => name === 'extension')
      return extensions?.slices?.find(
        ({ profiles, children }) =>
          profiles?.some((url) => url.replace(/\|.*/, '') === step.url) ||
          children?.some(({ name, fixed }) => name === 'url' && fixed === step.url),
      )
    }
    case 'resolve': {
      const [target] = element.targetProfiles ?? []
      const profile = target === undefined ? undefined : scope.profile(target)
      if (profile === undefined) return undefined
      const { elements, url, type } = profile
      return { ...element, children: elements, types: [type], profiles: [url] }
    }
  }
}

function childrenOf(element: ProfileElement, scope: ProfileScope): readonly ProfileElement[] {
  if (element.children !== undefined) return element.children
  const [canonical] = element.profiles ?? []
  const profile = canonical === undefined ? undefined : scope.profile(canonical)
  if (profile !== undefined) return profile.elements
  const [type] = element.types
  return type === undefined || type.includes(':')
    ? []
    : (scope.definitions.type(type).elements as readonly ProfileElement[])
}
