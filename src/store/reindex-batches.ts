import type { ClientBase } from 'pg'
import type { ExtractionContext } from '#fhir/extract.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import { auditTable } from './audit-tables.ts'
import { tableOf } from './columns.ts'
import { isOfForm } from './event-places.ts'
import { quoted } from './quoted.ts'
import type { RowEncoding } from './row-encoding.ts'
import type { TableColumn, TypeTable } from './type-tables.ts'

/** Parameters of a type that have come equally far, so that one reading fills them all. */
export interface PendingGroup {
  readonly parameters: readonly string[]
  readonly after: readonly [tenant: string, id: string] | undefined
}

export interface Step {
  readonly rows: number
  /** Absent when the type is through. */
  readonly next?: PendingGroup
}

interface Row {
  readonly tenant: string
  readonly id: string
  readonly version: number
  readonly text: string
}

interface BatchOptions {
  readonly contextOf: (tenant: string) => ExtractionContext
  readonly batchRows?: number
}

const usualBatch = 500

export class ReindexBatches {
  readonly #client: ClientBase
  readonly #encoding: RowEncoding
  readonly #options: BatchOptions

  constructor(client: ClientBase, encoding: RowEncoding, options: BatchOptions) {
    this.#client = client
    this.#encoding = encoding
    this.#options = options
  }

  /** The one that has come least far. */
  async nextGroup(type: string): Promise<PendingGroup | undefined> {
    const { rows } = await this.#client.query<{
      parameters: string[]
      tenant: string | null
      id: string | null
    }>(
      `select array_agg(parameter order by parameter) as parameters, after_tenant as tenant, after_id as id
       from reindex where type = $1 group by 2, 3 order by 2 nulls first, 3 limit 1`,
      [type],
    )
    const [first] = rows
    if (first === undefined) return undefined
    const { parameters, tenant, id } = first
    return { parameters, after: tenant === null || id === null ? undefined : [tenant, id] }
  }

  async countRows(type: string): Promise<number> {
    const { rows } = await this.#client.query<{ count: string }>(`select count(*) from ${tableOf(type)}`)
    return Number(rows[0]?.count)
  }

  /** One transaction: the rows and the place that has been reached. */
  async fillNext(table: TypeTable, group: PendingGroup): Promise<Step> {
    await this.#client.query('begin')
    try {
      const rows = await this.#read(table, group)
      const last = rows.at(-1)
      const next = last === undefined ? undefined : { ...group, after: [last.tenant, last.id] as const }
      if (rows.length > 0) await this.#update(table, group, rows)
      await this.#keepPlace(table.type, group, next)
      await this.#client.query('commit')
      return { rows: rows.length, ...(next === undefined ? {} : { next }) }
    } catch (error) {
      await this.#client.query('rollback')
      throw error
    }
  }

  async #read(table: TypeTable, { after }: PendingGroup): Promise<readonly Row[]> {
    const place = after === undefined ? '' : ' and (r.tenant, r.id) > ($2, $3)'
    const { rows } = await this.#client.query<Row>(
      `select r.tenant, r.id, r.version, r.text from ${tableOf(table.type)} r where true${place} order by r.tenant, r.id limit $1`,
      [this.#options.batchRows ?? usualBatch, ...(after ?? [])],
    )
    return rows
  }

  /** A row that has another version by now is its writer's: it carries the value already. */
  async #update(table: TypeTable, { parameters }: PendingGroup, rows: readonly Row[]): Promise<void> {
    const columns = table.columns.filter(({ parameter }) => parameters.includes(parameter.code))
    const values = rows.map(({ tenant, id, version, text }) => {
      const row: Record<string, unknown> = { tenant, id, version }
      this.#encoding.encode(parseJson(text) as Resource, this.#options.contextOf(tenant), row)
      return row
    })
    const fields = columns.map(({ name, sqlType }) => `${name} ${sqlType.replace(' COLLATE "C"', '')}`)
    await this.#client.query(
      `update ${quoted(table.name)} t set ${columns.map((column) => `${column.name} = ${filled(table, column)}`).join(', ')}
       from json_to_recordset($1::json) r(tenant text, id text, version integer, ${fields.join(', ')})
       where t.tenant = r.tenant and t.id = r.id and t.version = r.version`,
      [JSON.stringify(values)],
    )
  }

  async #keepPlace(
    type: string,
    { parameters }: PendingGroup,
    next: PendingGroup | undefined,
  ): Promise<void> {
    if (next?.after === undefined)
      await this.#client.query('delete from reindex where type = $1 and parameter = any($2)', [
        type,
        parameters,
      ])
    else
      await this.#client.query(
        'update reindex set after_tenant = $3, after_id = $4 where type = $1 and parameter = any($2)',
        [type, parameters, ...next.after],
      )
  }
}

/** No value is an empty one where a form has its own, which is not to show through. */
function filled(table: TypeTable, column: TableColumn): string {
  const value = `r.${column.name}`
  if (table.name !== auditTable || !isOfForm(column)) return value
  const empty = column.sqlType.startsWith('text[]') ? `'{}'` : `''`
  return `case when t.form is null then ${value} else coalesce(${value}, ${empty}) end`
}
