import type { SearchParameter } from '#fhir/definitions.ts'
import type { IndexValue } from '#fhir/index-values.ts'
import { type ColumnValue, columnValue } from './search/column-value.ts'
import { type Layout, layoutOf } from './search/layout.ts'

/** Search parameters as table columns: the migrator makes the DDL of them, a write fills them, a search reads them. */
export interface Column {
  /** Safe to write unquoted: lower-case letters, digits, underscores. */
  readonly name: string
  readonly sqlType: ColumnType
  /**
   * All are partial (`WHERE name IS NOT NULL`). btree: (tenant, name); gin: the array or tsvector itself;
   * trigram: gin with gin_trgm_ops.
   */
  readonly index: 'btree' | 'gin' | 'trigram' | 'none'
  /** Null when there is nothing to find. Fits a plain pg parameter and a field for jsonb_populate_recordset alike. */
  encode(values: readonly IndexValue[]): ColumnValue
}

/** Texts that are keys are ordered by byte. */
export type ColumnType =
  | 'text COLLATE "C"'
  | 'text[] COLLATE "C"'
  | 'timestamptz'
  | 'tstzrange[]'
  | 'numeric'
  | 'numrange[]'
  | 'double precision'
  | 'jsonb'
  | 'tsvector'

const columnsByParameter = new WeakMap<SearchParameter, readonly Column[]>()

/** None for parameters that the row's own columns or the whole resource answer (`_id`, `_lastUpdated`, `_content` …). */
export function columnsOf(parameter: SearchParameter): readonly Column[] {
  const known = columnsByParameter.get(parameter)
  if (known !== undefined) return known
  const columns = buildColumns(layoutOf(parameter))
  columnsByParameter.set(parameter, columns)
  return columns
}

/** The quoted name of a resource type's table. */
export function tableOf(type: string): string {
  return `"${type.toLowerCase()}"`
}

function buildColumns(layout: Layout): readonly Column[] {
  switch (layout.shape) {
    case 'none':
      return []
    case 'code':
      return [column(layout.column, 'text COLLATE "C"', 'btree', columnValue.code)]
    case 'terms':
      return [
        column(
          layout.column,
          'text[] COLLATE "C"',
          'gin',
          layout.bare ? columnValue.codeTerms : columnValue.terms,
        ),
      ]
    case 'reference':
      return [
        column(layout.column, 'text COLLATE "C"', 'btree', columnValue.reference),
        column(layout.also, 'text[] COLLATE "C"', 'gin', columnValue.referenceExtras),
      ]
    case 'references':
      return layout.led === undefined
        ? [column(layout.column, 'text[] COLLATE "C"', 'gin', columnValue.terms)]
        : [
            ...layout.led.columns.map((name, at) =>
              column(name, 'text COLLATE "C"', 'none', columnValue.ledTerm(layout.led?.by ?? [], at)),
            ),
            column(layout.column, 'text[] COLLATE "C"', 'none', columnValue.unledTerms(layout.led.by)),
            column(layout.led.more, 'text[] COLLATE "C"', 'gin', columnValue.moreTerms(layout.led.by)),
          ]
    case 'string':
      return [column(layout.column, 'text COLLATE "C"', 'trigram', columnValue.packedText)]
    case 'uri':
      return [column(layout.column, 'text COLLATE "C"', 'btree', columnValue.uri)]
    case 'uris':
      return [column(layout.column, 'text[] COLLATE "C"', 'gin', columnValue.terms)]
    case 'words':
      return [column(layout.column, 'tsvector', 'gin', columnValue.words)]
    case 'date':
      return [
        column(layout.start, 'timestamptz', 'btree', columnValue.start),
        // Where a width is known the start's index answers alone.
        column(layout.end, 'timestamptz', layout.width === undefined ? 'btree' : 'none', columnValue.end),
        ...(layout.all === undefined
          ? []
          : [column(layout.all, 'tstzrange[]', 'none', columnValue.dateRanges)]),
      ]
    case 'number':
      return [
        column(layout.low, 'numeric', 'btree', columnValue.low),
        column(layout.high, 'numeric', 'none', columnValue.high),
        ...(layout.all === undefined
          ? []
          : [column(layout.all, 'numrange[]', 'none', columnValue.numberRanges)]),
      ]
    case 'quantity':
      return [
        column(layout.low, 'numeric', 'btree', columnValue.low),
        column(layout.high, 'numeric', 'none', columnValue.high),
        column(layout.units, 'text[] COLLATE "C"', 'gin', columnValue.units),
        ...(layout.all === undefined ? [] : [column(layout.all, 'jsonb', 'none', columnValue.quantities)]),
      ]
    case 'composite':
      return [
        column(layout.column, 'jsonb', 'none', columnValue.tuples),
        ...(layout.first === undefined
          ? []
          : [column(layout.first, 'text[] COLLATE "C"', 'gin', columnValue.firstTerms)]),
      ]
    case 'position':
      return [
        column(layout.latitude, 'double precision', 'btree', columnValue.latitude),
        column(layout.longitude, 'double precision', 'none', columnValue.longitude),
      ]
  }
}

function column(
  name: string,
  sqlType: ColumnType,
  index: Column['index'],
  encode: (values: readonly IndexValue[]) => ColumnValue,
): Column {
  return { name, sqlType, index, encode: (values) => (values.length === 0 ? null : encode(values)) }
}
