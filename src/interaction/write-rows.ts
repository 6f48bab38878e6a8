import type { StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { PlannedChange, Walk } from './walk.ts'

export function writeRows(walk: Walk): void {
  const { changes, tx } = walk
  if (tx === undefined) return
  for (const change of changes) walk.written = writeRow(change, tx)
}

/** The text is made once: stored, and answered to the client. */
export function writeRow(change: PlannedChange, tx: Transaction): StoredVersion {
  const { method, type, id, version, updated, after } = change
  const text = after === undefined ? '' : JSON.stringify(after)
  const row = { method, type, id, version, updated }
  tx.write(after === undefined ? row : { ...row, content: { resource: after, text } })
  return { ...row, deleted: after === undefined, text }
}
