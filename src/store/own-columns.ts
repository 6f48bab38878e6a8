import type pg from 'pg'
import { auditTable } from './audit-tables.ts'
import { isOfForm } from './event-places.ts'
import type { TextRow } from './event-texts.ts'
import type { TableColumn } from './type-tables.ts'

/** Events asked about in one statement. */
const mostAsked = 500

export interface ColumnRow extends TextRow {
  readonly id: string
  /** How many columns the row has of its own that forms have for others. */
  readonly overriding: number
  /** As PostgreSQL writes it. */
  readonly [column: `by_${string}`]: string | null
}

export interface Differing {
  /** Of the row, and not what was expected. */
  readonly own: readonly TableColumn[]
  /** Of the row, where it stands for that of its form. */
  readonly overriding: ReadonlySet<string>
}

interface Month {
  readonly tenant: string
  readonly from: string
  readonly to: string
}

/** The columns that rows of events have themselves. */
export class OwnColumns {
  readonly selected: string
  readonly #client: pg.Client
  readonly #columns: readonly TableColumn[]
  /** Every row has them, with a form or without. */
  readonly #always: readonly TableColumn[]
  readonly #statement: string

  constructor(client: pg.Client, columns: readonly TableColumn[]) {
    this.#client = client
    this.#columns = columns
    this.#always = columns.filter((column) => !isOfForm(column))
    const overriding = columns.filter(isOfForm).map(({ name }) => `e.${name}`)
    const always = this.#always.map(({ name }) => `e.${name}::text as ${name}`)
    this.selected = [`num_nonnulls(null, ${overriding.join(', ')}) as overriding`, ...always].join(', ')
    this.#statement = comparison(columns)
  }

  /** False as well where PostgreSQL may write the same otherwise. */
  isPlainlySame(row: ColumnRow, expected: Readonly<Record<string, unknown>>): boolean {
    return this.#always.every(({ name, sqlType }) => {
      const value = expected[name] ?? null
      const held = row[name as `by_${string}`]
      return value === held || (sqlType === 'timestamptz' && held === inPostgres(String(value)))
    })
  }

  /** By event, as PostgreSQL sees them, whatever their types. */
  async differing(
    { tenant, from, to }: Month,
    events: readonly { readonly id: string; readonly expected: Readonly<Record<string, unknown>> }[],
  ): Promise<ReadonlyMap<string, Differing>> {
    const found = new Map<string, Differing>()
    for (let at = 0; at < events.length; at += mostAsked) {
      const asked = events.slice(at, at + mostAsked).map(({ id, expected }) => ({ ...expected, id }))
      const { rows } = await this.#client.query<{ id: string; own: string[]; overriding: string[] }>(
        this.#statement,
        [tenant, JSON.stringify(asked), from, to],
      )
      for (const { id, own, overriding } of rows)
        found.set(id, {
          own: this.#columns.filter(({ name }) => own.includes(name)),
          overriding: new Set(overriding),
        })
    }
    return found
  }
}

function comparison(columns: readonly TableColumn[]): string {
  const fields = columns.map(({ name, sqlType }) => `${name} ${sqlType.replace(' COLLATE "C"', '')}`)
  const named = (condition: string, { name }: TableColumn) => `case when ${condition} then '${name}' end`
  const differing = columns.map((column) => named(differs(column), column))
  const overriding = columns.filter(isOfForm).map((column) => named(`e.${column.name} is not null`, column))
  return `select e.id, array_remove(array[${differing.join(', ')}]::text[], null) as own,
    array_remove(array[${overriding.join(', ')}]::text[], null) as overriding
  from json_to_recordset($2::json) r(id text, ${fields.join(', ')})
    join ${auditTable} e on e.tenant = $1 and e.id = r.id and e.updated >= $3 and e.updated < $4`
}

/** As the view has it: an empty value is none, and none of the row leaves it to its form. */
function differs(column: TableColumn): string {
  const { name, sqlType } = column
  if (!isOfForm(column)) return `e.${name} is distinct from r.${name}`
  const empty = sqlType.startsWith('text[]') ? `'{}'` : `''`
  return `(e.form is null or e.${name} is not null) and nullif(e.${name}, ${empty}) is distinct from r.${name}`
}

/** An instant as it is written in UTC. */
function inPostgres(instant: string): string {
  return instant.replace('T', ' ').replace(/\.?0*Z$/, '+00')
}
