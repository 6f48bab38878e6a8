import { isNode } from './fhirpath/compiled.ts'
import type { Check } from './place.ts'

/**
 * dom-3, whose expression would look through the whole resource for each one that it contains: each must be referred
 * to from somewhere in it, or refer to its container.
 */
export const checkContained: Check = (value, place) => {
  if (!isNode(value) || !Array.isArray(value.contained)) return
  const targets = new Set<string>()
  collectTargets(value, targets)
  for (const [index, one] of (value.contained as unknown[]).entries()) {
    if (!isNode(one) || targets.has(`#${one.id}`)) continue
    const own = new Set<string>()
    collectTargets(one, own)
    if (own.has('#')) continue
    place.enter('contained')
    place.enter(index)
    place.refuse(
      'invariant',
      'is contained and nothing refers to it; refer to it as #id or take it out (dom-3).',
    )
    place.leave()
    place.leave()
  }
}

function collectTargets(value: unknown, targets: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) targets.add(value)
  } else if (Array.isArray(value)) for (const one of value) collectTargets(one, targets)
  else if (isNode(value)) for (const name in value) collectTargets(value[name], targets)
}
