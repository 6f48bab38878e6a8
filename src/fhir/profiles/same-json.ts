/** Numbers that JavaScript would rewrite lie as raw JSON objects: compared as written. */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (!isObject(left) || !isObject(right)) return false
  if (isRaw(left) || isRaw(right)) return rawText(left) === rawText(right)
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]))
  )
}

/** https://hl7.org/fhir/R4/elementdefinition.html: what a pattern says must be there, more may be. */
export function fitsPattern(value: unknown, pattern: unknown): boolean {
  if (!isObject(pattern) || isRaw(pattern)) return isSameJson(value, pattern)
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((wanted) => value.some((item) => fitsPattern(item, wanted)))
  }
  if (!isObject(value) || isRaw(value)) return false
  return Object.keys(pattern).every((key) => fitsPattern(value[key], pattern[key]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isRaw(value: object): boolean {
  return JSON.isRawJSON(value)
}

function rawText(value: Record<string, unknown>): unknown {
  return isRaw(value) ? value.rawJSON : value
}
