import type { TerminologySource } from './expand-value-set.ts'
import type { ValueSet } from './value-set.ts'

/** Shorter lists are made anew faster than anybody notices. */
const worthKeeping = 1_000

/**
 * Pages of one long list, and questions about its codes, come one after the other: what was made last is used again while
 * the value set and all that it was made of are the very same.
 */
export function keepLast<Made>(
  make: (valueSet: ValueSet, source: TerminologySource) => Made,
  sizeOf: (made: Made) => number,
): (valueSet: ValueSet, source: TerminologySource) => Made {
  let last: { readonly valueSet: ValueSet; readonly parts: Parts; readonly made: Made } | undefined
  return (valueSet, source) => {
    if (last?.valueSet === valueSet && last.parts.areAllOf(source)) return last.made
    const parts = new Parts(source)
    const made = make(valueSet, parts)
    if (sizeOf(made) >= worthKeeping) last = { valueSet, parts, made }
    return made
  }
}

/** A source that remembers what it was asked and what it said. */
class Parts implements TerminologySource {
  readonly #source: TerminologySource
  readonly #valueSets = new Map<string, unknown>()
  readonly #codeTables = new Map<string, unknown>()

  constructor(source: TerminologySource) {
    this.#source = source
  }

  valueSet(canonical: string) {
    const found = this.#source.valueSet(canonical)
    this.#valueSets.set(canonical, found)
    return found
  }

  codeTable(canonical: string) {
    const found = this.#source.codeTable(canonical)
    this.#codeTables.set(canonical, found)
    return found
  }

  areAllOf(source: TerminologySource): boolean {
    for (const [canonical, said] of this.#valueSets) if (source.valueSet(canonical) !== said) return false
    for (const [canonical, said] of this.#codeTables) if (source.codeTable(canonical) !== said) return false
    return true
  }
}
