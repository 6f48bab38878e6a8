import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor, type ExtractionContext, type Extractor } from '#fhir/extract.ts'
import type { IndexValue } from '#fhir/index-values.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Clause, SearchValue } from '#fhir/search-query.ts'
import type { Reach } from './reach.ts'

/**
 * Does what is visible hold for this text of a resource? For versions that are in no table: those of the past, which
 * must not show what a resource said under another patient, and those that are about to be written. Knows the clauses
 * that rights are mostly drawn by; what it cannot tell admits nothing.
 */
export function admits(
  visible: Reach,
  resource: Resource,
  extractor: Extractor,
  context: ExtractionContext,
): boolean {
  if (typeof visible === 'string') return visible === 'all'
  const index = extractor.extract(resource, context)

  /** Undefined: it cannot be told from the resource alone, so neither can its contrary. */
  const holds = (clause: Clause): boolean | undefined => {
    switch (clause.kind) {
      case 'and':
        return every(clause.clauses.map(holds))
      case 'or':
        return negate(every(clause.clauses.map((part) => negate(holds(part)))))
      case 'not':
        return negate(holds(clause.clause))
      case 'id':
        return clause.ids.includes(resource.id ?? '')
      case 'missing':
        return index.has(clause.parameter.code) !== clause.missing
      case 'param': {
        if (!isDecidable(clause)) return undefined
        const held = index.get(clause.parameter.code) ?? []
        const found = clause.values.some((sought) => held.some((value) => isSame(sought, value)))
        return clause.modifier === 'not' ? !found : found
      }
      default:
        return undefined
    }
  }
  return holds(visible) === true
}

/** Can `admits` tell? What a write must keep to has to be told before it is written. */
export function isDecidable(clause: Clause): boolean {
  switch (clause.kind) {
    case 'and':
    case 'or':
      return clause.clauses.every(isDecidable)
    case 'not':
      return isDecidable(clause.clause)
    case 'id':
    case 'missing':
      return true
    case 'param':
      return (
        (clause.modifier === undefined || clause.modifier === 'not') &&
        clause.values.every(({ kind }) => kind === 'token' || kind === 'reference')
      )
    default:
      return false
  }
}

function every(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false
  return parts.includes(undefined) ? undefined : true
}

function negate(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth
}

function isSame(sought: SearchValue, held: IndexValue): boolean {
  if (sought.kind === 'reference' && held.kind === 'reference') {
    return held.reference !== undefined && sought.references.includes(held.reference)
  }
  if (sought.kind !== 'token' || held.kind !== 'token') return false
  const { system, code } = sought
  if (code !== undefined && code.toLowerCase() !== held.code?.toLowerCase()) return false
  if (system === undefined) return code !== undefined
  return system === null ? held.system === undefined : system === held.system
}

/** Compiled once for the definitions, and only where someone with a limited view is concerned. */
const extractors = new WeakMap<Definitions, Extractor>()

export function extractorOf(definitions: Definitions): Extractor {
  let extractor = extractors.get(definitions)
  if (extractor === undefined) {
    extractor = createExtractor(definitions)
    extractors.set(definitions, extractor)
  }
  return extractor
}
