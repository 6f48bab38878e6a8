import { parseJson } from '#fhir/json.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { RowChange, Transaction } from '#store/store.ts'
import type { PlannedChange, Walk } from './walk.ts'

export function writeRows(walk: Walk): void {
  const { changes, tx, principal } = walk
  if (tx === undefined) return
  const { referable } = principal
  for (const change of changes)
    walk.written = writeRow(change, tx, referable && { sees: referable, ...beforeOf(change) })
}

function beforeOf({ before }: PlannedChange): { before?: Resource } {
  return before === undefined || before.deleted ? {} : { before: parseJson(before.text) as Resource }
}

/** The text is made once: stored, and answered to the client. */
export function writeRow(
  change: PlannedChange,
  tx: Transaction,
  writer?: RowChange['writer'],
): StoredVersion {
  const { method, type, id, version, updated, after } = change
  const text = after === undefined ? '' : JSON.stringify(after)
  const row = { method, type, id, version, updated }
  tx.write(
    after === undefined
      ? row
      : { ...row, content: { resource: after, text }, ...(writer !== undefined && { writer }) },
  )
  return { ...row, deleted: after === undefined, text }
}
