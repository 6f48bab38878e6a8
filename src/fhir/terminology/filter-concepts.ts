import { Refusal } from '../refusal.ts'
import { propertyValue } from './code-system.ts'
import type { CodeEntry, CodeTable } from './code-table.ts'
import type { ConceptFilter } from './value-set.ts'

type Test = (entry: CodeEntry) => boolean

/** https://hl7.org/fhir/R4/valueset-filter-operator.html: concepts of a code system for which all the filters hold. */
export function filterConcepts(table: CodeTable, filters: readonly ConceptFilter[]): readonly CodeEntry[] {
  const tests = filters.map((filter) => buildTest(table, filter))
  return [...table.entries()].filter((entry) => tests.every((test) => test(entry)))
}

function buildTest(table: CodeTable, filter: ConceptFilter): Test {
  const { property, op, value } = filter
  const test =
    property === 'concept' || property === 'code'
      ? codeTest(table, filter)
      : propertyTest(property, op, value)
  if (test !== undefined) return test
  throw new Refusal(
    'not-supported',
    `The filter "${property.slice(0, 64)} ${op.slice(0, 32)}" on ${table.name.slice(0, 200)} is not understood here: is-a, descendent-of, is-not-a, generalizes, in, not-in, = and exists are.`,
    { expression: 'ValueSet.compose.include.filter' },
  )
}

function codeTest(table: CodeTable, { op, value }: ConceptFilter): Test | undefined {
  if (op === 'in' || op === 'not-in') {
    const codes = new Set(value.split(',').map((code) => table.entry(code.trim())))
    return (entry) => codes.has(entry) === (op === 'in')
  }
  const named = table.entry(value)
  // A code that is not there has nothing under it.
  const related = (direction: 'above' | 'below') => (named === undefined ? nothing : table[direction](named))
  switch (op) {
    case '=':
      return (entry) => entry === named
    case 'is-a': {
      const below = related('below')
      return (entry) => entry === named || below.has(entry)
    }
    case 'descendent-of': {
      const below = related('below')
      return (entry) => below.has(entry)
    }
    case 'is-not-a': {
      const below = related('below')
      return (entry) => entry !== named && !below.has(entry)
    }
    case 'generalizes': {
      const above = related('above')
      return (entry) => entry === named || above.has(entry)
    }
    default:
      return undefined
  }
}

const nothing: ReadonlySet<CodeEntry> = new Set()

function propertyTest(property: string, op: string, value: string): Test | undefined {
  const valuesOf = (entry: CodeEntry): readonly string[] => {
    if (property === 'parent') return entry.parents.map(({ code }) => code)
    if (property === 'child') return entry.children.map(({ code }) => code)
    return entry.properties.filter(({ code }) => code === property).map((one) => String(propertyValue(one)))
  }
  switch (op) {
    case '=':
      return (entry) => valuesOf(entry).includes(value)
    case 'exists':
      return (entry) => valuesOf(entry).length > 0 === (value === 'true')
    case 'in':
    case 'not-in': {
      const wanted = new Set(value.split(',').map((one) => one.trim()))
      return (entry) => valuesOf(entry).some((one) => wanted.has(one)) === (op === 'in')
    }
    default:
      return undefined
  }
}
