import type { StoredVersion } from '#fhir/resource.ts'

/** A version as the SQL of this room selects it. */
export interface VersionRow {
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly deleted: boolean
  readonly method: StoredVersion['method']
  /** Null for a deleted version. */
  readonly text: string | null
}

export function storedVersion(type: string, row: VersionRow): StoredVersion {
  const { id, version, updated, deleted, method, text } = row
  return { type, id, version, updated, deleted, method, text: text ?? '' }
}
