import type { SearchParameter } from '#fhir/definitions.ts'
import type { ChainTarget, Clause } from '#fhir/search-query.ts'
import { tableOf } from '../columns.ts'
import { layoutOf } from './layout.ts'
import { allTermsOf, ledBy } from './lower-led.ts'
import { allOf, type Lowering, never, ofClinic } from './lowering.ts'
import { namesFew } from './plan-hints.ts'

/** Criteria on other resources. What the caller may not see does not link: it could be guessed at otherwise. */

export function lowerChain(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  targets: readonly ChainTarget[],
): string {
  const layout = layoutOf(parameter)
  const selects = targets.flatMap((target) => chainSelects(lowering, parameter, target))
  if (selects.length === 0) return never
  const union = selects.join(' UNION ALL ')
  if (layout.shape === 'reference') {
    const few = targets.every(({ where }) => namesFew(where))
    return `${alias}.${layout.column} ${few ? `= ANY(ARRAY(${union}))` : `IN (${union})`}`
  }
  if (layout.shape !== 'references') return never
  const isIn = (array: string) => `${array} && ARRAY(${union})`
  if (layout.led === undefined) return isIn(`${alias}.${layout.column}`)
  const is = (column: string) => `${column} = ANY(ARRAY(${union}))`
  const types = targets.map(({ type }) => type)
  return ledBy(lowering.definitions, alias, parameter, types, { is, isIn })
}

function chainSelects(
  lowering: Lowering,
  parameter: SearchParameter,
  { type, where }: ChainTarget,
): string[] {
  const alias = lowering.alias()
  const condition = rowsOf(lowering, type, alias, where)
  if (condition === undefined) return []
  const from = `FROM ${tableOf(type)} ${alias} WHERE ${condition}`
  const selects = [`SELECT '${type}/' || ${alias}.id ${from}`]
  // A canonical names its target by URL.
  const url = parameter.dataTypes.includes('canonical')
    ? lowering.definitions.searchParameter(type, 'url')
    : undefined
  const layout = url === undefined ? undefined : layoutOf(url)
  if (layout?.shape === 'uri') selects.push(`SELECT ${alias}.${layout.column} ${from}`)
  return selects
}

export function lowerHas(
  lowering: Lowering,
  type: string,
  alias: string,
  source: { readonly type: string; readonly parameter: SearchParameter; readonly where: readonly Clause[] },
): string {
  const from = lowering.alias()
  const condition = rowsOf(lowering, source.type, from, source.where)
  if (condition === undefined) return never
  const references = referencesTo(lowering, source.parameter, from, type)
  if (references === undefined) return never
  const { reference, tables, condition: pointing } = references
  const told = lowering.told(source.type, from, source.parameter, () => pointing)
  const ids = `SELECT substr(${reference}, ${type.length + 2}) FROM ${tableOf(source.type)} ${from}${tables} WHERE ${condition} AND ${told}`
  return `${alias}.id ${namesFew(source.where) ? `= ANY(ARRAY(${ids}))` : `IN (${ids})`}`
}

/** https://hl7.org/fhir/R4/search.html#list */
export function lowerList(lowering: Lowering, type: string, alias: string, listId: string): string {
  const item = lowering.definitions.searchParameter('List', 'item')
  if (item === undefined) return never
  const list = lowering.alias()
  const condition = rowsOf(lowering, 'List', list, [{ kind: 'id', ids: [listId] }])
  const references = referencesTo(lowering, item, list, type)
  if (condition === undefined || references === undefined) return never
  const told = lowering.told('List', list, item, () => references.condition)
  return `${alias}.id IN (SELECT substr(${references.reference}, ${type.length + 2}) FROM ${tableOf('List')} ${list}${references.tables} WHERE ${condition} AND ${told})`
}

/** References of a row to resources of one type: '0' follows '/' in byte order. */
function referencesTo(
  lowering: Lowering,
  parameter: SearchParameter,
  alias: string,
  type: string,
): { readonly reference: string; readonly tables: string; readonly condition: string } | undefined {
  const layout = layoutOf(parameter)
  const within = (reference: string) => `${reference} >= '${type}/' AND ${reference} < '${type}0'`
  if (layout.shape === 'reference') {
    const reference = `${alias}.${layout.column}`
    return { reference, tables: '', condition: within(reference) }
  }
  if (layout.shape !== 'references') return undefined
  const reference = lowering.alias()
  return {
    reference,
    tables: ` CROSS JOIN LATERAL unnest(${allTermsOf(alias, layout)}) ${reference}`,
    condition: within(reference),
  }
}

/**
 * Rows of a type that hold and that the caller may see; undefined when there can be none. An index is not asked for what
 * stands under `IS TRUE`: so are `checking` criteria kept for the rows that the others find.
 */
export function rowsOf(
  lowering: Lowering,
  type: string,
  alias: string,
  where: readonly Clause[],
  checking: ReadonlySet<Clause> = nothing,
): string | undefined {
  const visible = lowering.visible(type, alias)
  if (visible === never) return undefined
  return allOf([
    ofClinic(lowering, type, alias),
    ...where.map((clause) => {
      const condition = lowering.lower(type, alias, clause)
      return checking.has(clause) ? `(${condition}) IS TRUE` : condition
    }),
    visible,
  ])
}

const nothing: ReadonlySet<Clause> = new Set()
