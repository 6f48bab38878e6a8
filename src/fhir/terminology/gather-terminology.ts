import { Refusal } from '../refusal.ts'
import type { CodeTable } from './code-table.ts'
import { sourceOf, Terminology } from './terminology.ts'
import { inclusionsOf, type ValueSet } from './value-set.ts'

/** What a question is about; what that is composed of follows by itself. */
export interface TerminologyQuestion {
  readonly valueSets?: readonly string[]
  readonly codeSystems?: readonly string[]
  /** Not found by a canonical: one that was sent, or named by its id. */
  readonly inline?: ValueSet
}

/** Where a clinic keeps its own; canonicals may name a version. What is not there is left out. */
export interface TerminologyShelf {
  valueSets(canonicals: readonly string[]): Promise<ReadonlyMap<string, ValueSet>>
  codeTables(canonicals: readonly string[]): Promise<ReadonlyMap<string, CodeTable>>
}

/** More value sets and code systems than one value set is ever made of. */
const mostParts = 500

/** Fetches all that the answer needs, a round for each level, so that answering is pure. */
export async function gatherTerminology(
  question: TerminologyQuestion,
  shipped: Terminology,
  shelf: TerminologyShelf,
): Promise<Terminology> {
  const valueSets = new Map<string, ValueSet>()
  const tables = new Map<string, CodeTable>()
  const asked = new Set<string>()
  const fresh = (canonicals: Iterable<string>, kind: string, known: (canonical: string) => unknown) => {
    const found = [...new Set(canonicals)].filter((one) => !asked.has(kind + one) && known(one) === undefined)
    for (const one of found) asked.add(kind + one)
    if (asked.size > mostParts)
      throw new Refusal('too-costly', `The ValueSet is composed of more than ${mostParts} others.`)
    return found
  }
  let sets = fresh(question.valueSets ?? [], 'v', (one) => shipped.valueSet(one))
  let systems = fresh(question.codeSystems ?? [], 'c', (one) => shipped.codeTable(one))
  let inline = question.inline === undefined ? [] : [question.inline]
  // A shipped value set is composed of shipped ones alone.
  while (sets.length > 0 || systems.length > 0 || inline.length > 0) {
    const [foundSets, foundTables] = await Promise.all([
      sets.length === 0 ? [] : shelf.valueSets(sets),
      systems.length === 0 ? [] : shelf.codeTables(systems),
    ])
    const parts = inline.flatMap(inclusionsOf)
    for (const [canonical, found] of foundSets) {
      valueSets.set(canonical, found)
      parts.push(...inclusionsOf(found))
    }
    for (const [canonical, found] of foundTables) tables.set(canonical, found)
    inline = []
    sets = fresh(
      parts.flatMap(({ valueSet = [] }) => valueSet),
      'v',
      (one) => shipped.valueSet(one),
    )
    systems = fresh(
      parts.flatMap(({ system, version }) =>
        system === undefined ? [] : [version === undefined ? system : `${system}|${version}`],
      ),
      'c',
      (one) => shipped.codeTable(one),
    )
  }
  return new Terminology(sourceOf(valueSets, tables), shipped)
}
