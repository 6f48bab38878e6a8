import type { ExtractionContext } from '#fhir/extract.ts'
import type { Resource } from '#fhir/resource.ts'
import type { RowEncoding } from './row-encoding.ts'

/** An AuditEvent as it goes into its table: JSON members, written once for all events of a statement where they share them. */
export interface EventRow {
  /** What many events share: columns, and as `text` their text in the notation of PostgreSQL's format(). */
  readonly shared: string
  /** `"id":…,"updated":…`, this event's own columns, and as `v` what goes into the text's places. */
  readonly own: string
}

const wholeText = '"text":"%1$s"'

export function isEventRow(event: Resource | EventRow): event is EventRow {
  return typeof event.own === 'string'
}

export function eventRow(event: Resource, encoding: RowEncoding, context: ExtractionContext): EventRow {
  const own = { ...eventColumns(event, encoding, context), v: [JSON.stringify(event)] }
  return { shared: wholeText, own: members(own) }
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
