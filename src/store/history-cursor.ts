import { Refusal } from '#fhir/refusal.ts'

/** The last version of a page; the next page begins behind it. */
export interface HistoryCursor {
  readonly updated: string
  readonly type: string
  readonly id: string
  readonly version: number
}

export function writeCursor(last: { updated: Date; type: string; id: string; version: number }): string {
  return JSON.stringify([last.updated.toISOString(), last.type, last.id, last.version])
}

export function readCursor(cursor: string): HistoryCursor {
  try {
    const [updated, type, id, version] = JSON.parse(cursor)
    if (
      typeof updated === 'string' &&
      !Number.isNaN(Date.parse(updated)) &&
      typeof type === 'string' &&
      typeof id === 'string' &&
      Number.isInteger(version)
    )
      return { updated, type, id, version }
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal('value', 'This is not the place of a page in a history: start again from the first page.')
}
