import type { Principal } from '#access/principal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'

/** A write on its way: what was, and what shall be. */
export interface Change {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly type: string
  readonly id: string
  readonly before?: StoredVersion
  /** Absent for a delete. */
  readonly after?: Resource
}

/** The seam for rooms that must have a say in every write, whichever road it comes by. */
export interface WriteRule {
  readonly name: string
  readonly types: readonly string[]
  /** Runs inside the write's transaction: throws a Refusal to veto, returns the writes that must follow. */
  apply(change: Change, tx: Transaction, principal: Principal): Promise<readonly Change[]>
  /**
   * For what is better asked once for all changes of a transaction: runs before their rows are sent, so it sees none of
   * them, and may take the locks that come before any row. Vetoes and follow-ups as with `apply`.
   */
  settle?(changes: readonly Change[], tx: Transaction, principal: Principal): Promise<readonly Change[]>
}
