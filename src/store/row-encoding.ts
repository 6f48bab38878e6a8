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
    const { byCode } = this.#known(resource.resourceType)
    for (const [code, values] of this.#extractor.extract(resource, context)) {
      const columns = byCode.get(code)
      if (columns === undefined) continue
      for (const column of columns) {
        const value = column.encode(values)
        if (value !== null) row[column.name] = value
      }
    }
  }

  #known(type: string): EncodedTable {
    const known = this.#tables.get(type)
    if (known === undefined) throw new Error(`No table for ${type}`)
    return known
  }
}

interface EncodedTable {
  readonly table: TypeTable
  readonly byCode: ReadonlyMap<string, readonly TableColumn[]>
}

function encodedTable(table: TypeTable): EncodedTable {
  return { table, byCode: Map.groupBy(table.columns, ({ parameter }) => parameter.code) }
}
