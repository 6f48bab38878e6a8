import type { ExtractionContext } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Targets } from './reference-check.ts'
import type { RowEncoding } from './row-encoding.ts'
import type { Statement } from './run.ts'
import type { RowChange } from './store.ts'
import type { TypeTable } from './type-tables.ts'
import { buildWriteStatement } from './write-statement.ts'

/** What a transaction has to send: pure, from changes to one statement. */
export interface WriteBatch {
  readonly changes: readonly RowChange[]
  readonly events: readonly Resource[]
  /** Checked by the same statement. */
  readonly targets?: Targets | undefined
}

export interface BatchContext extends ExtractionContext {
  readonly tenant: string
}

interface TableRows {
  readonly table: TypeTable
  fresh: boolean
  readonly rows: object[]
}

export function buildWriteBatch(batch: WriteBatch, encoding: RowEncoding, context: BatchContext): Statement {
  const last = lastVersions(batch.changes)
  const puts = new Map<string, TableRows>()
  const passing: object[] = []
  const deletes = new Map<string, string[]>()
  const events = [...batch.events]
  for (const change of batch.changes) {
    const { type, id, version, method, content } = change
    if (type === 'AuditEvent' && content !== undefined) {
      events.push(content.resource)
      continue
    }
    const updated = change.updated.toISOString()
    const current = last === undefined || last.get(`${type}/${id}`) === change
    if (current && content !== undefined) {
      const row: Record<string, unknown> = { id, version, updated, method, text: content.text }
      encoding.encode(content.resource, context, row)
      const rows = puts.get(type)
      if (rows === undefined)
        puts.set(type, { table: encoding.table(type), fresh: version === 1, rows: [row] })
      else {
        rows.fresh &&= version === 1
        rows.rows.push(row)
      }
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
  return {
    text: buildWriteStatement({
      tables: tables.map(({ table, fresh }) => ({ table, fresh })),
      historyOnly: passing.length > 0,
      deletes: removed.map(([type]) => encoding.table(type)),
      audit: events.length === 0 ? undefined : encoding.table('AuditEvent'),
      references: types.length > 0,
      auditReferences: eventIds.length > 0,
    }),
    values: [
      context.tenant,
      ...tables.map(({ rows }) => JSON.stringify(rows)),
      ...(passing.length > 0 ? [JSON.stringify(passing)] : []),
      ...removed.map(([, idsGone]) => idsGone),
      ...(events.length === 0
        ? []
        : [JSON.stringify(events.map((event) => eventRow(event, encoding, context)))]),
      ...(types.length > 0 ? [types, ids] : []),
      ...(eventIds.length > 0 ? [eventIds] : []),
    ],
  }
}

export function eventRow(event: Resource, encoding: RowEncoding, context: ExtractionContext): object {
  const row: Record<string, unknown> = {
    id: event.id,
    updated: event.meta?.lastUpdated ?? event.recorded,
    text: JSON.stringify(event),
  }
  encoding.encode(event, context, row)
  return row
}

/** The change that leaves its mark on the type's table, when one resource is written more than once; rarely needed. */
function lastVersions(changes: readonly RowChange[]): ReadonlyMap<string, RowChange> | undefined {
  if (changes.length < 2) return undefined
  return new Map(changes.map((change) => [`${change.type}/${change.id}`, change]))
}
