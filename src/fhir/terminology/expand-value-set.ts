import { Refusal } from '../refusal.ts'
import type { CodeEntry, CodeTable } from './code-table.ts'
import { filterConcepts } from './filter-concepts.ts'
import { type Concept, type Inclusion, shorten, type ValueSet } from './value-set.ts'

/** Where value sets and code systems come from. Canonicals may name a version: `url|1.0`. */
export interface TerminologySource {
  valueSet(canonical: string): ValueSet | undefined
  codeTable(canonical: string): CodeTable | undefined
}

/** A list that a person could still work with, or a search; SNOMED's larger sets need a terminology server. */
const mostConcepts = 100_000
/** In all steps of one expansion together: value sets of value sets may ask for far more than they end up with. */
const mostSteps = 1_000_000
/** Value sets naming value sets naming …: deeper than any published one. */
const deepest = 32

/**
 * The members in the order written. Throws a Refusal that says why it cannot: unknown, too many, going round. A code
 * system of which only a part is published lends that part, unless `whole` ones alone will do.
 */
export function expandValueSet(
  valueSet: ValueSet,
  source: TerminologySource,
  whole = false,
): readonly Concept[] {
  return new Expansion(source, whole).expand(valueSet, nameOf(valueSet))
}

class Expansion {
  readonly #source: TerminologySource
  readonly #whole: boolean
  readonly #done = new Map<string, readonly Concept[]>()
  readonly #open: string[] = []
  #steps = 0

  constructor(source: TerminologySource, whole: boolean) {
    this.#source = source
    this.#whole = whole
  }

  expand(valueSet: ValueSet, name: string): readonly Concept[] {
    if (this.#open.includes(name)) {
      const way = [...this.#open.slice(this.#open.indexOf(name)), name].slice(0, 5).map(shorten)
      throw new Refusal('unprocessable', `The ValueSet includes itself: ${way.join(' → ')}.`)
    }
    if (this.#open.length >= deepest)
      throw new Refusal('too-costly', `ValueSets that include each other more than ${deepest} deep.`)
    this.#open.push(name)
    const { include = [], exclude = [] } = valueSet.compose ?? {}
    if (valueSet.compose === undefined)
      throw new Refusal('not-supported', `The ValueSet ${shorten(name)} does not say what it is composed of.`)
    const found = new Map<string, Concept>()
    for (const inclusion of include)
      for (const concept of this.#included(inclusion)) {
        const key = keyOf(concept)
        if (!found.has(key)) found.set(key, concept)
        if (found.size > mostConcepts)
          throw new Refusal('too-costly', `The ValueSet has more than ${mostConcepts} codes.`)
      }
    for (const exclusion of exclude)
      for (const concept of this.#included(exclusion)) found.delete(keyOf(concept))
    this.#open.pop()
    return [...found.values()]
  }

  #included({ system, concept, filter = [], valueSet = [], version }: Inclusion): readonly Concept[] {
    const sets = valueSet.map((canonical) => this.#named(canonical))
    if (system !== undefined) {
      const table = this.#source.codeTable(version === undefined ? system : `${system}|${version}`)
      sets.unshift(
        concept === undefined ? this.#ofSystem(system, table, filter) : listed(system, concept, table),
      )
    }
    const [first = [], ...others] = sets
    this.#count(first.length)
    if (others.length === 0) return first
    const keys = others.map((set) => new Set(set.map(keyOf)))
    return first.filter((one) => keys.every((set) => set.has(keyOf(one))))
  }

  #named(canonical: string): readonly Concept[] {
    const done = this.#done.get(canonical)
    if (done !== undefined) return done
    const valueSet = this.#source.valueSet(canonical)
    if (valueSet === undefined)
      throw new Refusal('not-supported', `The ValueSet ${shorten(canonical)} is not held here.`)
    const concepts = this.expand(valueSet, nameOf(valueSet))
    this.#done.set(canonical, concepts)
    return concepts
  }

  #ofSystem(
    system: string,
    table: CodeTable | undefined,
    filters: Inclusion['filter'] & {},
  ): readonly Concept[] {
    if (table === undefined || table.size === 0 || (this.#whole && !table.complete))
      throw new Refusal(
        'not-supported',
        `The CodeSystem ${shorten(system)} is not held here, so its codes cannot be listed.`,
      )
    this.#count(table.size * Math.max(1, filters.length))
    const entries = filters.length === 0 ? [...table.entries()] : filterConcepts(table, filters)
    return entries.map((entry) => memberOf(system, entry))
  }

  #count(steps: number): void {
    this.#steps += steps
    if (this.#steps > mostSteps)
      throw new Refusal('too-costly', 'The ValueSet is composed of too much: name its codes, or fewer sets.')
  }
}

function listed(
  system: string,
  concepts: NonNullable<Inclusion['concept']>,
  table: CodeTable | undefined,
): readonly Concept[] {
  return concepts.map(({ code, display }) => {
    const entry = table?.entry(code)
    const member = entry === undefined ? { system, code } : { ...memberOf(system, entry), code }
    return display === undefined ? member : { ...member, display }
  })
}

function memberOf(system: string, { code, display, abstract, inactive }: CodeEntry): Concept {
  return {
    system,
    code,
    ...(display !== undefined && { display }),
    ...(abstract && { abstract }),
    ...(inactive && { inactive }),
  }
}

export function keyOf({ system = '', code }: Concept): string {
  return `${system}|${code}`
}

function nameOf({ url = '', version }: ValueSet): string {
  return version === undefined ? url : `${url}|${version}`
}
