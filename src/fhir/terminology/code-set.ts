import { Refusal } from '../refusal.ts'
import { expandValueSet, type TerminologySource } from './expand-value-set.ts'
import { type OpenSystem, openSystems } from './open-systems.ts'
import type { Concept, ValueSet } from './value-set.ts'

/** Which codes a value set has, for whoever checks thousands. */
export interface CodeSet {
  /** Without a system any of the set's systems will do: a `code` element names none. */
  has(system: string | undefined, code: string): boolean
  readonly systems: readonly string[]
  /** Of the codes that are listed one by one. */
  readonly size: number
}

/** Undefined: cannot be told. */
export function buildCodeSet(valueSet: ValueSet, source: TerminologySource): CodeSet | undefined {
  const { listed, open } = takeOpen(valueSet, source)
  try {
    const concepts = listed === undefined ? [] : expandValueSet(listed, source, true)
    return new ListedCodes(concepts, open, source)
  } catch (failure) {
    if (failure instanceof Refusal) return undefined
    throw failure
  }
}

class ListedCodes implements CodeSet {
  readonly systems: readonly string[]
  readonly size: number
  readonly #bySystem = new Map<string, Set<string>>()
  readonly #ignoresCase = new Set<string>()
  readonly #open: ReadonlyMap<string, OpenSystem>

  constructor(
    concepts: readonly Concept[],
    open: ReadonlyMap<string, OpenSystem>,
    source: TerminologySource,
  ) {
    for (const { system = '', code } of concepts) {
      let codes = this.#bySystem.get(system)
      if (codes === undefined) {
        codes = new Set()
        this.#bySystem.set(system, codes)
        if (source.codeTable(system)?.caseSensitive === false) this.#ignoresCase.add(system)
      }
      codes.add(this.#ignoresCase.has(system) ? code.toLowerCase() : code)
    }
    this.size = concepts.length
    this.#open = open
    this.systems = [...this.#bySystem.keys(), ...open.keys()]
  }

  has(system: string | undefined, code: string): boolean {
    return system === undefined ? this.systems.some((one) => this.#has(one, code)) : this.#has(system, code)
  }

  #has(system: string, code: string): boolean {
    const codes = this.#bySystem.get(system)
    if (codes?.has(this.#ignoresCase.has(system) ? code.toLowerCase() : code)) return true
    return this.#open.get(system)?.has(code) ?? false
  }
}

interface Taken {
  readonly listed: ValueSet | undefined
  readonly open: ReadonlyMap<string, OpenSystem>
}

/** All languages, all MIME types, all units: what is included whole and known by its form is told by that. */
function takeOpen(valueSet: ValueSet, source: TerminologySource): Taken {
  const open = new Map<string, OpenSystem>()
  const { include = [], exclude } = valueSet.compose ?? {}
  const rest = include.filter(({ system = '', concept, filter, valueSet: sets }) => {
    const form = openSystems.get(system)
    if (form === undefined || concept !== undefined || filter !== undefined || sets !== undefined) return true
    if (source.codeTable(system)?.complete === true) return true
    open.set(system, form)
    return false
  })
  if (open.size === 0) return { listed: valueSet, open }
  if (rest.length === 0 && exclude === undefined) return { listed: undefined, open }
  return { listed: { ...valueSet, compose: { ...valueSet.compose, include: rest } }, open }
}
