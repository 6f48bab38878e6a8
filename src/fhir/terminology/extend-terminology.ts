import type { CodeSystem } from './code-system.ts'
import { CodeTable } from './code-table.ts'
import { sourceOf, Terminology } from './terminology.ts'
import type { ValueSet } from './value-set.ts'

/** A clinic's own beside those shipped, all in memory. Of several with one URL the first is meant, unless by version. */
export function extendTerminology(
  shipped: Terminology,
  valueSets: readonly ValueSet[],
  codeSystems: readonly CodeSystem[],
): Terminology {
  const sets = byCanonical(valueSets)
  const systems = byCanonical(codeSystems)
  const tables = new Map<CodeSystem, CodeTable>()
  const own = sourceOf(sets, {
    get: (canonical) => {
      const system = systems.get(canonical)
      if (system === undefined) return undefined
      let table = tables.get(system)
      if (table === undefined) {
        table = new CodeTable(system)
        tables.set(system, table)
      }
      return table
    },
  })
  return new Terminology(own, shipped)
}

function byCanonical<Definition extends { readonly url?: string; readonly version?: string }>(
  definitions: readonly Definition[],
): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>()
  for (const definition of definitions) {
    const { url, version } = definition
    if (url === undefined) continue
    for (const name of version === undefined ? [url] : [url, `${url}|${version}`])
      if (!found.has(name)) found.set(name, definition)
  }
  return found
}
