/** Writing through one of these reaches a prototype instead of the resource. */
export const poisonedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** FHIR content nests about 20 deep at most; deeper is an attack on whoever walks it recursively. */
export const maxDepth = 64

const blankBeforeColon = /"\s+:/
/**
 * Numbers that JavaScript may print differently: many digits, an exponent, a last zero, a very small one, -0. Bounded
 * repeats, because the engine's stack is; it may be wrong about what looks like a number in a string, never the other way.
 */
const oddNumber =
  /[:,[]\s*-?(?:[\d.]{400}|[\d.]{16,400}[eE\s,\]}]|\d{1,16}(?:\.\d{1,16})?[eE][-+\d]|\d{1,16}\.\d{0,16}0[\s,\]}]|0\.000000|0[\s,\]}])/

/** Odd numbers: nothing but its numbers needs a closer look. Unclear: anything may. */
export type Glance = 'plain' | 'odd numbers' | 'unclear'

/**
 * The quick look that spares almost every text the full scan. The text's `":` are counted against the keys that
 * JSON.parse kept: quotes inside strings can only make them more, so a key given twice always shows as a difference.
 */
export function glanceAt(text: string, value: unknown): Glance {
  if (typeof value === 'number' || text.includes('\\u') || blankBeforeColon.test(text)) return 'unclear'
  const tally = new Tally()
  tally.add(value, maxDepth)
  if (tally.suspicious) return 'unclear'
  let { keys } = tally
  for (let at = text.indexOf('":'); at !== -1; at = text.indexOf('":', at + 2)) keys--
  if (keys !== 0) return 'unclear'
  return tally.numbers && oddNumber.test(text) ? 'odd numbers' : 'plain'
}

class Tally {
  keys = 0
  numbers = false
  suspicious = false

  add(value: unknown, levels: number): void {
    if (typeof value === 'number') this.numbers = true
    if (typeof value !== 'object' || value === null) return
    if (levels === 0) {
      this.suspicious = true
    } else if (Array.isArray(value)) {
      for (const element of value) if (typeof element !== 'string') this.add(element, levels - 1)
    } else {
      for (const key in value) {
        if (poisonedKeys.has(key)) this.suspicious = true
        this.keys++
        const child = (value as Record<string, unknown>)[key]
        if (typeof child !== 'string') this.add(child, levels - 1)
      }
    }
  }
}
