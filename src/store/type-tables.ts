import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import { auditTable } from './audit-tables.ts'
import { type Column, columnsOf } from './columns.ts'
import { layoutOf } from './search/layout.ts'
import { wholeOf } from './search/whole-text.ts'

/** The table of a resource type, derived from its search parameters. Pure: the migrator makes it, a write fills it. */
export interface TypeTable {
  readonly type: string
  /** Where its rows are written. They are read by the type's name in lower case, which for AuditEvents is a view. */
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly indexes: readonly TableIndex[]
}

export interface TableColumn {
  readonly name: string
  readonly sqlType: string
  readonly parameter: SearchParameter
  readonly encode: Column['encode']
}

export interface TableIndex {
  readonly name: string
  readonly method: 'btree' | 'gin'
  /** As they stand between the parentheses. */
  readonly keys: readonly string[]
  readonly where?: string
}

/** What the definitions cannot say: fhir-profiles/indexes.json. */
export interface IndexWishes {
  readonly [type: string]: {
    readonly why: string
    /** Index these parameters alone. */
    readonly only?: readonly string[]
    /** Further indexes, by column; the tenant comes first by itself. */
    readonly btree?: readonly (readonly string[])[]
  }
}

/** PostgreSQL's INDEX_MAX_KEYS. */
const mostKeys = 32
const longestName = 63

export function loadIndexWishes(): IndexWishes {
  return JSON.parse(readFileSync(new URL('../../fhir-profiles/indexes.json', import.meta.url), 'utf8'))
}

export function deriveTables(
  definitions: Definitions,
  wishes: IndexWishes = loadIndexWishes(),
): readonly TypeTable[] {
  return definitions.resourceTypes.map((type) => deriveTable(type, definitions, wishes[type]))
}

function deriveTable(
  type: string,
  definitions: Definitions,
  wish: IndexWishes[string] | undefined,
): TypeTable {
  const name = type === 'AuditEvent' ? auditTable : type.toLowerCase()
  const columns: TableColumn[] = []
  const indexes: TableIndex[] = []
  const terms: string[] = []
  for (const parameter of definitions.searchParameters(type))
    for (const { name: column, sqlType, index, encode } of columnsOf(parameter)) {
      columns.push({ name: column, sqlType, parameter, encode })
      if (wish?.only !== undefined && !wish.only.includes(parameter.code)) continue
      if (index === 'btree')
        indexes.push({
          name: indexName(name, column),
          method: 'btree',
          keys: ['tenant', column],
          where: `${column} IS NOT NULL`,
        })
      if (index !== 'gin' && index !== 'trigram') continue
      if (wholeOf(definitions, parameter) === undefined)
        terms.push(index === 'gin' ? column : `${column} gin_trgm_ops`)
    }
  for (const parameter of definitions.searchParameters(type)) indexes.push(...leadIndexes(name, parameter))
  for (const keys of wish?.btree ?? [])
    indexes.push({ name: indexName(name, keys.join('_')), method: 'btree', keys: ['tenant', ...keys] })
  if (type !== 'AuditEvent')
    indexes.push({ name: indexName(name, 'updated'), method: 'btree', keys: ['tenant', 'updated', 'id'] })
  const led = columns.flatMap(({ name, parameter }) => (isMore(parameter, name) ? [name] : []))
  const few = led.map((column) => `${column} IS NOT NULL`).join(' OR ')
  return {
    type,
    name,
    columns,
    indexes: [
      ...indexes,
      ...termIndexes(name, terms),
      ...termIndexes(name, led, { where: few, rest: 'more' }),
    ],
  }
}

function isMore(parameter: SearchParameter, column: string): boolean {
  const layout = layoutOf(parameter)
  return layout.shape === 'references' && layout.led?.more === column
}

/**
 * What leads goes on in the order of time, so that a page is read from its first row to its last. Not partial: preparing a
 * condition costs each statement more than the entries of rows without a value.
 */
function leadIndexes(table: string, parameter: SearchParameter): readonly TableIndex[] {
  const layout = layoutOf(parameter)
  if (layout.shape !== 'references' || layout.led === undefined) return []
  return layout.led.columns.map((column) => ({
    name: indexName(table, column),
    method: 'btree',
    keys: ['tenant', column, 'by_date_start', 'id'],
  }))
}

/**
 * One index for all terms of a table instead of one each: a search by any of its columns finds as fast, and a write
 * pays for one (docs/decisions/0005-one-term-index-a-table.md).
 */
export function termIndexes(
  table: string,
  keys: readonly string[],
  { first = 1, where, rest = 'terms' }: { first?: number; where?: string | undefined; rest?: string } = {},
): readonly TableIndex[] {
  const count = Math.ceil(keys.length / mostKeys)
  const size = Math.ceil(keys.length / count)
  return Array.from({ length: count }, (_, at) => ({
    name: indexName(table, `${rest}_${first + at}`),
    method: 'gin',
    keys: keys.slice(at * size, (at + 1) * size),
    ...(where !== undefined && { where }),
  }))
}

function indexName(table: string, rest: string): string {
  const name = `${table}_${rest}`
  if (name.length <= longestName) return name
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, longestName - 9)}_${mark}`
}
