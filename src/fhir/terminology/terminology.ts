import { buildCodeSet, type CodeSet } from './code-set.ts'
import type { CodeTable } from './code-table.ts'
import { expandValueSet, type TerminologySource } from './expand-value-set.ts'
import { keepLast } from './keep-last.ts'
import { openSystems } from './open-systems.ts'
import type { Concept, ValueSet } from './value-set.ts'

/** All that is known of codes: what the server ships, and what a clinic has besides. */
export class Terminology implements TerminologySource {
  readonly #shipped: Terminology | undefined
  readonly #source: TerminologySource
  readonly #sets = new Map<string, CodeSet | undefined>()

  /** What is shipped, nobody who comes after can change: a clinic does not loosen what FHIR itself says. */
  constructor(source: TerminologySource, shipped?: Terminology) {
    this.#shipped = shipped
    this.#source = shipped === undefined ? source : joinSources(shipped, source)
  }

  valueSet(canonical: string): ValueSet | undefined {
    return this.#source.valueSet(canonical)
  }

  codeTable(canonical: string): CodeTable | undefined {
    return this.#source.codeTable(canonical)
  }

  /** Undefined when the set is not here or its codes cannot be told. Built once; each question is a look-up. */
  codes(valueSet: string): CodeSet | undefined {
    if (this.#shipped?.valueSet(valueSet) !== undefined) return this.#shipped.codes(valueSet)
    const known = this.#sets.get(valueSet)
    if (known !== undefined || this.#sets.has(valueSet)) return known
    const found = this.valueSet(valueSet)
    // What is not here may be asked for by any name: only what is here is remembered.
    if (found === undefined) return undefined
    const codes = this.codesOf(found)
    this.#sets.set(valueSet, codes)
    return codes
  }

  /** Of a value set that was not found by its name. */
  codesOf(valueSet: ValueSet): CodeSet | undefined {
    return codeSetOf(valueSet, this.#source)
  }

  /** One whose codes are all known, or known by their form: is a code at least one of its system? */
  codeSystem(system: string): { readonly name: string; has(code: string): boolean } | undefined {
    const table = this.codeTable(system)
    if (table?.complete === true) return table
    const open = table === undefined ? openSystems.get(system) : undefined
    return open && { name: system, has: (code) => open.has(code) }
  }

  /** Undefined: no such value set. Throws a Refusal when its members cannot be listed. */
  expand(canonical: string): readonly Concept[] | undefined {
    const valueSet = this.valueSet(canonical)
    return valueSet && this.listOf(valueSet)
  }

  /** Of a value set that was not found by its name. */
  listOf(valueSet: ValueSet): readonly Concept[] {
    return expansionOf(valueSet, this.#source)
  }

  /** The code and all under it; undefined: the code system is not here. */
  below(system: string, code: string): readonly string[] | undefined {
    return this.#related(system, code, 'below')
  }

  above(system: string, code: string): readonly string[] | undefined {
    return this.#related(system, code, 'above')
  }

  #related(system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined {
    const table = this.codeTable(system)
    if (table === undefined) return undefined
    const entry = table.entry(code)
    return entry === undefined ? [code] : [entry.code, ...[...table[direction](entry)].map((one) => one.code)]
  }
}

const expansionOf = keepLast(
  (valueSet, source) => expandValueSet(valueSet, source),
  ({ length }) => length,
)

const codeSetOf = keepLast(buildCodeSet, (codes) => codes?.size ?? 0)

/** A list in memory: a clinic's own, or what one question needs. */
export function sourceOf(
  valueSets: Pick<ReadonlyMap<string, ValueSet>, 'get'>,
  tables: Pick<ReadonlyMap<string, CodeTable>, 'get'>,
): TerminologySource {
  return {
    valueSet: (canonical) => valueSets.get(canonical),
    codeTable: (canonical) => tables.get(canonical),
  }
}

function joinSources(first: TerminologySource, second: TerminologySource): TerminologySource {
  return {
    valueSet: (canonical) => first.valueSet(canonical) ?? second.valueSet(canonical),
    codeTable: (canonical) => first.codeTable(canonical) ?? second.codeTable(canonical),
  }
}
