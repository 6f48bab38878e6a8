import { maxDepth, poisonedKeys } from '#fhir/json-glance.ts'
import { Refusal } from '#fhir/refusal.ts'

/** https://www.rfc-editor.org/rfc/rfc6901 */
export function parsePointer(text: unknown, expression: string): readonly string[] {
  if (typeof text !== 'string')
    throw new Refusal('invalid', 'A JSON Pointer must be a string, such as "/name/0/family".', { expression })
  if (text === '') return []
  if (!text.startsWith('/'))
    throw new Refusal('invalid', 'A JSON Pointer must be empty or begin with a slash.', { expression })
  const steps = text.slice(1).split('/', maxDepth + 1)
  if (steps.length > maxDepth)
    throw new Refusal('invalid', `A JSON Pointer may have at most ${maxDepth} steps.`, { expression })
  return steps.map((step) => {
    if (/~(?![01])/.test(step))
      throw new Refusal('invalid', 'In a JSON Pointer a ~ must be written ~0 and a slash ~1.', { expression })
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (poisonedKeys.has(key))
      throw new Refusal('invalid', `A JSON Pointer may not lead through "${key}".`, { expression })
    return key
  })
}

const indexForm = /^(?:0|[1-9]\d{0,9})$/

/** Undefined when the step is no index of a list that long. */
export function parseIndex(step: string, length: number): number | undefined {
  if (!indexForm.test(step)) return undefined
  const index = Number(step)
  return index < length ? index : undefined
}
