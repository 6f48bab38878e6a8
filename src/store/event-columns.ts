import type pg from 'pg'
import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor, type ExtractionContext } from '#fhir/extract.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import { auditTable } from './audit-tables.ts'
import { literal } from './event-form.ts'
import { isOfForm } from './event-places.ts'
import { ColumnsOfForms } from './form-columns.ts'
import { type ColumnRow, OwnColumns } from './own-columns.ts'
import { RowEncoding } from './row-encoding.ts'
import { deriveTables, type TableColumn } from './type-tables.ts'

/** What fills the columns when an event is stored or reindexed. */
export interface EventExtraction {
  readonly encoding: RowEncoding
  readonly contextOf: (tenant: string) => ExtractionContext
}

export function createEventExtraction(
  definitions: Definitions,
  contextOf: EventExtraction['contextOf'],
): EventExtraction {
  const tables = deriveTables(definitions).filter(({ type }) => type === 'AuditEvent')
  return { encoding: new RowEncoding(tables, createExtractor(definitions)), contextOf }
}

/** A column that searches go by and that does not hold what its event says. */
export interface FalseColumn {
  readonly column: string
  readonly parameter: string
  /** Where it is that of the form, which the event has in common with others. */
  readonly form?: string
}

interface Suspect {
  readonly id: string
  readonly expected: Readonly<Record<string, unknown>>
  readonly form: string | null
  readonly ofForm: readonly TableColumn[]
}

interface Compared {
  readonly tenant: string
  /** The month, by its ends. */
  readonly from: string
  readonly to: string
  /** Parameters whose columns wait to be filled. */
  readonly unfilled: ReadonlySet<string>
}

/**
 * Compares the columns of events with what their texts say. What a form has is compared as it is written, what a row has by
 * PostgreSQL where it is not plainly the same.
 */
export class EventColumns {
  readonly #client: pg.Client
  readonly #extraction: EventExtraction
  readonly #forms: ColumnsOfForms
  readonly #own: OwnColumns
  readonly #ofForms: readonly TableColumn[]

  private constructor(client: pg.Client, extraction: EventExtraction, columns: readonly TableColumn[]) {
    this.#client = client
    this.#extraction = extraction
    this.#forms = new ColumnsOfForms(client)
    this.#own = new OwnColumns(client, columns)
    this.#ofForms = columns.filter(isOfForm)
  }

  /** Columns that no migration has made yet hold nothing that could be false. */
  static async open(client: pg.Client, extraction: EventExtraction): Promise<EventColumns> {
    const { rows } = await client.query<{ name: string }>(
      'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped',
      [auditTable],
    )
    const made = new Set(rows.map(({ name }) => name))
    const { columns } = extraction.encoding.table('AuditEvent')
    return new EventColumns(
      client,
      extraction,
      columns.filter(({ name }) => made.has(name)),
    )
  }

  /** What of a row of `audit_row e` is to be read along. */
  get selected(): string {
    return this.#own.selected
  }

  /** Asked before the rows are read, which may be filled meanwhile. */
  async unfilled(): Promise<ReadonlySet<string>> {
    const { rows } = await this.#client.query<{ parameter: string }>(
      `select parameter from reindex where type = 'AuditEvent'`,
    )
    return new Set(rows.map(({ parameter }) => parameter))
  }

  /** By event, the first of its columns that is false; `rows` are of the month. */
  async compare(
    { tenant, from, to, unfilled }: Compared,
    rows: readonly ColumnRow[],
    texts: readonly (string | undefined)[],
  ): Promise<ReadonlyMap<string, FalseColumn>> {
    await this.#forms.load(tenant, new Set(rows.flatMap(({ form }) => (form === null ? [] : [form]))))
    const context = this.#extraction.contextOf(tenant)
    const found = new Map<string, FalseColumn>()
    const tell = (id: string, columns: readonly TableColumn[], form: string | null) => {
      const column = columns.find(({ parameter }) => !unfilled.has(parameter.code))
      if (column === undefined || found.has(id)) return
      const { name, parameter } = column
      found.set(id, { column: name, parameter: parameter.code, ...(form !== null && { form }) })
    }
    const suspects: Suspect[] = []
    for (const [at, row] of rows.entries()) {
      const { id, form } = row
      const expected = this.#expected(texts[at], form !== null, context)
      if (expected === undefined) continue
      const ofForm = form === null ? [] : this.#falseOfForm(tenant, row, expected)
      if (form === null || row.overriding > 0 || !this.#own.isPlainlySame(row, expected))
        suspects.push({ id, expected, form, ofForm })
      else tell(id, ofForm, form)
    }
    const differing = await this.#own.differing({ tenant, from, to }, suspects)
    for (const { id, form, ofForm } of suspects) {
      const { own = [], overriding = new Set() } = differing.get(id) ?? {}
      tell(id, own, null)
      const shown = ofForm.filter(({ name }) => !overriding.has(name))
      tell(id, shown, form)
    }
    return found
  }

  /** Undefined: no event, which is found to be altered anyhow. */
  #expected(
    text: string | undefined,
    formed: boolean,
    context: ExtractionContext,
  ): Readonly<Record<string, unknown>> | undefined {
    if (text === undefined) return undefined
    const expected: Record<string, unknown> = {}
    try {
      const event = (formed ? JSON.parse(text) : parseJson(text)) as Resource
      this.#extraction.encoding.encode(event, context, expected)
    } catch {
      return undefined
    }
    return expected
  }

  #falseOfForm(
    tenant: string,
    { id, form, v }: ColumnRow,
    expected: Readonly<Record<string, unknown>>,
  ): readonly TableColumn[] {
    const columns = this.#forms.of(tenant, form ?? '')
    const values = v === null || v === '' ? [] : v.split('\x1f')
    return this.#ofForms.filter(({ name }) => {
      const value = expected[name]
      const said = columns?.get(name)
      if (value === undefined) return columns?.has(name) === true
      return said?.fill(id, values) !== literal(value as string | readonly string[])
    })
  }
}
