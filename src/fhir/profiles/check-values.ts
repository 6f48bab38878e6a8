import type { Statement } from './differential.ts'
import type { ProfileFaults } from './faults.ts'
import type { ProfileElement } from './profile.ts'
import { fitsPattern, isSameJson } from './same-json.ts'

/** A value given for the whole and values given for its parts must not contradict each other. */
export function checkValues(element: ProfileElement, said: Statement, faults: ProfileFaults): void {
  const whole = element.fixed ?? element.pattern
  if (element.children === undefined || !isObject(whole)) return
  const fault = contradiction(element, whole)
  if (fault !== undefined) faults.addAt(said.index, `${element.path} contradicts itself: ${fault}`)
}

function contradiction(element: ProfileElement, whole: Record<string, unknown>): string | undefined {
  for (const child of element.children ?? []) {
    const value = Object.hasOwn(whole, child.name) ? whole[child.name] : undefined
    if (value === undefined) {
      if (child.min > 0 && element.fixed !== undefined) return `its fixed value lacks ${child.name}.`
      continue
    }
    if (child.max === 0) return `its value has ${child.name}, which is not allowed.`
    for (const item of Array.isArray(value) ? value : [value]) {
      if (child.fixed !== undefined && !isSameJson(item, child.fixed) && child.max === 1)
        return `its value has another ${child.name} than the fixed one.`
      if (child.pattern !== undefined && child.max === 1 && clashes(item, child.pattern))
        return `its value has another ${child.name} than the pattern.`
      const below = isObject(item) && child.children !== undefined && child.max === 1
      const fault = below ? contradiction(child, item) : undefined
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

/** Two patterns may complete each other; where both say something it must be the same. */
function clashes(left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right) || Array.isArray(left) || Array.isArray(right))
    return Array.isArray(left) ? false : !fitsPattern(left, right)
  return Object.keys(left).some((key) => Object.hasOwn(right, key) && clashes(left[key], right[key]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !JSON.isRawJSON(value)
}
