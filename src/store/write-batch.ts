import type { ExtractionContext } from '#fhir/extract.ts'
import { type EventRow, eventRow, type FormRow } from './event-row.ts'
import type { Targets } from './reference-check.ts'
import type { RowEncoding } from './row-encoding.ts'
import type { Statement } from './run.ts'
import type { RowChange } from './store.ts'
import { textArray } from './text-array.ts'
import type { TypeTable } from './type-tables.ts'
import { buildWriteStatement, type EventsShape } from './write-statement.ts'

/** What a transaction has to send: pure, from changes to one statement. */
export interface WriteBatch {
  readonly changes: readonly RowChange[]
  readonly events: readonly EventRow[]
  /** Checked by the same statement. */
  readonly targets?: Targets | undefined
  readonly guard?: Guard | undefined
}

/** See Transaction.guard. */
export interface Guard {
  readonly name: string
  readonly rows: readonly object[]
}

export interface BatchContext extends ExtractionContext {
  readonly tenant: string
}

interface TableRows {
  readonly table: TypeTable
  fresh: boolean
  readonly rows: object[]
  readonly texts: string[]
}

/** `known`: forms of events that are stored already. */
export function buildWriteBatch(
  batch: WriteBatch,
  encoding: RowEncoding,
  context: BatchContext,
  known: WeakSet<FormRow>,
): Statement {
  const last = lastVersions(batch.changes)
  const puts = new Map<string, TableRows>()
  const passing: object[] = []
  const deletes = new Map<string, string[]>()
  const events = [...batch.events]
  for (const change of batch.changes) {
    const { type, id, version, method, content } = change
    if (type === 'AuditEvent' && content !== undefined) {
      events.push(eventRow(content.resource, encoding, context))
      continue
    }
    const updated = change.updated.toISOString()
    const current = last === undefined || last.get(`${type}/${id}`) === change
    if (current && content !== undefined) {
      const row: Record<string, unknown> = { id, version, updated, method }
      encoding.encode(content.resource, context, row)
      let rows = puts.get(type)
      if (rows === undefined) {
        rows = { table: encoding.table(type), fresh: true, rows: [], texts: [] }
        puts.set(type, rows)
      }
      rows.fresh &&= version === 1
      rows.rows.push(row)
      rows.texts.push(content.text)
      continue
    }
    passing.push({
      type,
      id,
      version,
      updated,
      deleted: content === undefined,
      method,
      text: content?.text ?? null,
    })
    if (current) deletes.set(type, [...(deletes.get(type) ?? []), id])
  }
  // The same types in another order are the same statement.
  const tables = [...puts.values()].sort((a, b) => (a.table.name < b.table.name ? -1 : 1))
  const removed = [...deletes].sort(([a], [b]) => (a < b ? -1 : 1))
  const { types = [], ids = [], eventIds = [] } = batch.targets ?? {}
  const audit = arrangeEvents(events, known)
  return {
    text: buildWriteStatement(
      {
        tables: tables.map(({ table, fresh }) => ({ table, fresh, filled: encoding.filled(table.type) })),
        historyOnly: passing.length > 0,
        deletes: removed.map(([type]) => encoding.table(type)),
        audit: audit.shape,
        references: types.length > 0,
        auditReferences: eventIds.length > 0,
        guard: batch.guard?.name,
      },
      encoding,
    ),
    values: [
      context.tenant,
      ...tables.flatMap(({ rows, texts }) => [JSON.stringify(rows), textArray(texts)]),
      ...(passing.length > 0 ? [JSON.stringify(passing)] : []),
      ...removed.map(([, idsGone]) => idsGone),
      ...audit.values,
      ...(types.length > 0 ? [types, ids] : []),
      ...(eventIds.length > 0 ? [eventIds] : []),
      ...(batch.guard === undefined ? [] : [JSON.stringify(batch.guard.rows)]),
    ],
  }
}

/** Those of forms, those that are whole, and the forms that are new. */
function arrangeEvents(
  events: readonly EventRow[],
  known: WeakSet<FormRow>,
): { readonly shape: EventsShape; readonly values: readonly string[] } {
  const forms = new Map<string, string>()
  let formed = ''
  let whole = ''
  for (const { form, own } of events) {
    if (form === undefined) {
      whole += `,{${own}}`
      continue
    }
    formed += `,{${own}}`
    if (!known.has(form)) forms.set(form.id, form.row)
  }
  const shape = { forms: forms.size > 0, formed: formed !== '', whole: whole !== '' }
  const values: string[] = []
  if (shape.forms) values.push(`[${[...forms.values()].join(',')}]`)
  if (shape.formed) values.push(`[${formed.slice(1)}]`)
  if (shape.whole) values.push(`[${whole.slice(1)}]`)
  return { shape, values }
}

/** The change that leaves its mark on the type's table, when one resource is written more than once; rarely needed. */
function lastVersions(changes: readonly RowChange[]): ReadonlyMap<string, RowChange> | undefined {
  if (changes.length < 2) return undefined
  return new Map(changes.map((change) => [`${change.type}/${change.id}`, change]))
}
