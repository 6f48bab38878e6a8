import type { ExtractionContext } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import type { RowEncoding } from './row-encoding.ts'

/** What AuditEvents have in common, as it goes into the table of forms. */
export interface FormRow {
  /** By what it says: whoever makes the same form gives it the same id. */
  readonly id: string
  /** In JSON. */
  readonly row: string
}

/** An AuditEvent as it goes into its table. */
export interface EventRow {
  /** JSON members: `"id":…,"updated":…`, its columns, and its text or, of a form, the values for it. */
  readonly own: string
  readonly form?: FormRow
}

export function isEventRow(event: Resource | EventRow): event is EventRow {
  return typeof event.own === 'string'
}

/** Stored whole. */
export function eventRow(event: Resource, encoding: RowEncoding, context: ExtractionContext): EventRow {
  return { own: members({ ...eventColumns(event, encoding, context), text: JSON.stringify(event) }) }
}

export function eventColumns(
  event: Resource,
  encoding: RowEncoding,
  context: ExtractionContext,
): Record<string, unknown> {
  const row: Record<string, unknown> = { id: event.id, updated: event.meta?.lastUpdated ?? event.recorded }
  encoding.encode(event, context, row)
  return row
}

/** Of a JSON object, without its braces. */
export function members(row: Record<string, unknown>): string {
  return JSON.stringify(row).slice(1, -1)
}
