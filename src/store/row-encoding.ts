import type { ExtractionContext, Extractor } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import type { TableColumn, TypeTable } from './type-tables.ts'

/** Turns resources into their search columns: name → value, those with a value alone. */
export class RowEncoding {
  readonly #extractor: Extractor
  readonly #tables: ReadonlyMap<string, EncodedTable>

  constructor(tables: readonly TypeTable[], extractor: Extractor) {
    this.#extractor = extractor
    this.#tables = new Map(tables.map((table) => [table.type, encodedTable(table)]))
  }

  table(type: string): TypeTable {
    return this.#known(type).table
  }

  /** Adds the columns to `row`. */
  encode(resource: Resource, context: ExtractionContext, row: Record<string, unknown>): void {
    const known = this.#known(resource.resourceType)
    for (const [code, values] of this.#extractor.extract(resource, context)) {
      const columns = known.byCode.get(code)
      if (columns === undefined) continue
      for (const filling of columns) {
        const value = filling.column.encode(values)
        if (value === null) continue
        row[filling.column.name] = value
        if (filling.filled) continue
        filling.filled = true
        known.filled = undefined
      }
    }
  }

  /**
   * Those that any row of the type has filled since the start: few of a Patient's sixty, and the others cost PostgreSQL a look-up
   * a row. It only grows, so that few texts of statements come of it.
   */
  filled(type: string): readonly TableColumn[] {
    const known = this.#known(type)
    known.filled ??= known.fillings.filter(({ filled }) => filled).map(({ column }) => column)
    return known.filled
  }

  #known(type: string): EncodedTable {
    const known = this.#tables.get(type)
    if (known === undefined) throw new Error(`No table for ${type}`)
    return known
  }
}

interface EncodedTable {
  readonly table: TypeTable
  readonly fillings: readonly Filling[]
  readonly byCode: ReadonlyMap<string, readonly Filling[]>
  /** Undefined when it has grown. */
  filled: readonly TableColumn[] | undefined
}

interface Filling {
  readonly column: TableColumn
  filled: boolean
}

function encodedTable(table: TypeTable): EncodedTable {
  const fillings = table.columns.map((column) => ({ column, filled: false }))
  return {
    table,
    fillings,
    byCode: Map.groupBy(fillings, ({ column }) => column.parameter.code),
    filled: undefined,
  }
}
