import { isNode } from '../fhirpath/compiled.ts'
import { isSame } from '../fhirpath/equality.ts'

/** https://hl7.org/fhir/R4/elementdefinition.html: fixed[x] is the whole value, pattern[x] what it must hold at least. */
export function isFixed(value: unknown, fixed: unknown): boolean {
  return isSame(value, fixed)
}

export function holdsPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) &&
      pattern.every((wanted) => (value as unknown[]).some((one) => holdsPattern(one, wanted)))
    )
  }
  if (!isNode(pattern)) return isSame(value, pattern)
  if (!isNode(value)) return false
  for (const name in pattern) if (!holdsPattern(value[name], pattern[name])) return false
  return true
}

/** Long values are cut: a sentence is no place for them. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
