import { type Issue, Refusal } from '#fhir/refusal.ts'
import { expandValueSet } from '#fhir/terminology/expand-value-set.ts'
import { inclusionsOf, shorten, type ValueSet } from '#fhir/terminology/value-set.ts'
import type { Reads } from '#store/store.ts'
import type { WriteRule } from '../write-rule.ts'

/** A clinic's ValueSets are checked when stored, so that nobody finds out when a code is refused. */
export function createTerminologyRule(changed: (tenant: string) => void): WriteRule {
  return {
    name: 'value sets and code systems can be used',
    types: ['ValueSet', 'CodeSystem'],
    async apply({ type, after }, tx) {
      tx.afterCommit(() => changed(tx.tenant))
      // That codes are unique is an invariant of CodeSystem, and checked with the others.
      if (after === undefined || type !== 'ValueSet') return []
      const reads = tx.as({ tenant: tx.tenant, visible: () => 'all' })
      const issues = await checkValueSet(after as unknown as ValueSet, reads)
      if (issues.length > 0)
        throw new Refusal('unprocessable', 'The ValueSet cannot be used as it is.', { issues })
      return []
    },
  }
}

async function checkValueSet(valueSet: ValueSet, reads: Reads): Promise<readonly Issue[]> {
  const { compose, url } = valueSet
  if (compose === undefined) return []
  const named = (compose.include ?? []).flatMap(({ valueSet: sets = [] }) => sets)
  // A list of its own codes, which may be long, lacks nothing and leads nowhere.
  if (inclusionsOf(valueSet).every(({ valueSet: sets = [] }) => sets.length === 0)) return []
  const known = await reads.terminology({ valueSets: named, inline: valueSet })
  const missing = named.filter((canonical) => canonical !== url && known.valueSet(canonical) === undefined)
  if (missing.length > 0)
    return missing.map((canonical) =>
      issue(
        'not-found',
        `The ValueSet ${shorten(canonical)} is not held here: store it first.`,
        'ValueSet.compose.include.valueSet',
      ),
    )
  try {
    expandValueSet(valueSet, known)
    return []
  } catch (failure) {
    // Code systems that are kept elsewhere, and long lists, are no fault: going round in a circle is.
    if (failure instanceof Refusal && failure.kind === 'unprocessable')
      return [issue('business-rule', failure.message, 'ValueSet.compose')]
    if (failure instanceof Refusal) return []
    throw failure
  }
}

function issue(code: string, diagnostics: string, expression: string): Issue {
  return { severity: 'error', code, diagnostics, expression: [expression] }
}
