import type { TableCatalogue } from './table-catalogue.ts'
import { type TableColumn, type TableIndex, type TypeTable, termIndexes } from './type-tables.ts'

/** How the database differs from the tables that the definitions ask for. Pure. */
export interface Drift {
  readonly missing: readonly Missing[]
  /** Sentences about what no program should settle by itself: a column of another type, a column nobody fills. */
  readonly differences: readonly string[]
}

export type Missing =
  | { readonly kind: 'table'; readonly table: TypeTable }
  | { readonly kind: 'columns'; readonly table: TypeTable; readonly columns: readonly TableColumn[] }
  | {
      readonly kind: 'index'
      readonly table: TypeTable
      readonly index: TableIndex
      readonly broken: boolean
    }

const rowColumns = new Set([
  'tenant',
  'id',
  'version',
  'updated',
  'method',
  'text',
  'content',
  'xid',
  'form',
  'v',
])

export function compareTables(tables: readonly TypeTable[], catalogue: TableCatalogue): Drift {
  const missing: Missing[] = []
  const differences: string[] = []
  for (const table of tables) {
    const found = catalogue.tables.get(table.name)
    if (found === undefined) {
      missing.push({ kind: 'table', table })
      continue
    }
    const columns = table.columns.filter((column) => !found.columns.has(column.name))
    if (columns.length > 0) missing.push({ kind: 'columns', table, columns })
    const wanted = new Map(table.columns.map((column) => [column.name, column.sqlType]))
    for (const [name, sqlType] of found.columns) {
      const expected = wanted.get(name)
      if (rowColumns.has(name) || expected === undefined) {
        if (!rowColumns.has(name)) differences.push(`${table.name}.${name} belongs to no search parameter`)
      } else if (typeName(expected) !== typeName(sqlType))
        differences.push(`${table.name}.${name} is ${sqlType} and should be ${expected}`)
    }
    missing.push(...missingIndexes(table, found.indexes))
  }
  return { missing, differences }
}

type Found = NonNullable<ReturnType<TableCatalogue['tables']['get']>>['indexes']

function* missingIndexes(table: TypeTable, found: Found): Generator<Missing> {
  for (const index of table.indexes.filter(({ method }) => method === 'btree')) {
    const same = found.get(index.name)
    if (same?.valid !== true) yield { kind: 'index', table, index, broken: same !== undefined }
  }
  // Which index holds a term does not matter, as long as one does: new parameters get an index of their own.
  const held = new Set<string>()
  const broken: [string, readonly string[]][] = []
  let count = 0
  for (const [name, { method, keys, valid }] of found) {
    if (method !== 'gin') continue
    count++
    if (!valid) broken.push([name, keys])
    else for (const key of keys) held.add(key)
  }
  const lacking = table.indexes
    .filter(({ method }) => method === 'gin')
    .flatMap(({ keys }) => keys)
    .filter((key) => !held.has(key))
  if (lacking.length === 0) return
  for (const [name, keys] of broken) {
    const index: TableIndex = { name, method: 'gin', keys }
    yield { kind: 'index', table, index, broken: true }
    for (const key of keys) held.add(key)
  }
  const rest = lacking.filter((key) => !held.has(key))
  if (rest.length === 0) return
  const where = table.indexes.find(({ keys }) => keys.includes(rest[0] ?? ''))?.where
  for (const index of termIndexes(table.name, rest, { first: count + 1, where }))
    yield { kind: 'index', table, index, broken: false }
}

/** PostgreSQL prints its own long names, and an array's collation after its brackets. */
function typeName(sqlType: string): string {
  return sqlType.replace('timestamp with time zone', 'timestamptz')
}
