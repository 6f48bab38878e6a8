import { Refusal } from '#fhir/refusal.ts'
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
  // An event whose form somebody took away, with rights that no server has.
  if (text === null && !deleted)
    throw new Refusal(
      'fault',
      `The text of ${type}/${id} is lost: the operator finds with \`npm run audit:verify\` what else is.`,
    )
  return { type, id, version, updated, deleted, method, text: text ?? '' }
}
