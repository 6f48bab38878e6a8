import type { Principal } from '#access/principal.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { PagingTokens } from '#fhir/paging-token.ts'
import type { Issue } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Database, Reads, Store, Transaction } from '#store/store.ts'
import type { ClinicValidator } from '#validation/clinic-validator.ts'
import type { Criteria } from './criteria.ts'
import type { FhirRequest, FhirResponse, Interact, RequestBody } from './exchange.ts'
import type { Change, WriteRule } from './write-rule.ts'

/** What the road is made of, handed in once at start. */
export interface RoadParts {
  readonly database: Database
  readonly definitions: Definitions
  readonly rules: readonly WriteRule[]
  readonly settings: InteractionSettings
  /** For the links that continue a search or history. */
  readonly pages: PagingTokens
  readonly clock: () => Date
  readonly newId: () => string
  /** What is wrong with a resource, and what is doubtful, by its type and by what its clinic knows. */
  readonly validator: ClinicValidator
  /** Pure: the patched resource, or a Refusal. `current` is parsed for this call, so it may be changed in place. */
  readonly applyPatch: (current: Resource, patch: RequestBody) => Resource
  /** Batch and transaction: cut the bundle into requests and send each down the road. */
  readonly runBundle: (request: FhirRequest, principal: Principal, road: Road) => Promise<FhirResponse>
  readonly invokeOperation: (request: FhirRequest, principal: Principal, road: Road) => Promise<FhirResponse>
}

export interface InteractionSettings {
  /** Refuse an update, patch or delete of an existing resource without If-Match: 428. */
  readonly requireIfMatch: boolean
  /** A conditional delete may hit several resources. */
  readonly conditionalDeleteMultiple: boolean
  /** The most that one conditional delete may hit. */
  readonly conditionalDeleteLimit: number
  /** Page sizes when the client names none, and at most. */
  readonly pageSize: number
  readonly pageSizeLimit: number
  /** Tell patients which member of the staff saw or changed their data. */
  readonly discloseStaff?: boolean
  /** Of the clinic: dates without a zone are read in it. */
  readonly timeZone: string
}

export interface Road {
  /** Alone (HTTP, batch entry): its own transaction when it writes; audited whether permitted or refused. */
  readonly interact: Interact
  /**
   * As one step of a transaction already open: sees its writes, and its audit event commits with it. A refusal is
   * thrown and left to whoever opened the transaction, who is audited for it.
   */
  step(request: FhirRequest, principal: Principal, within: Within): Promise<FhirResponse>
  /** A write that an operation decided: rules, follow-ups, rows, the caller's visibility, an audit event in `tx`. */
  write(change: Change, tx: Transaction, request: FhirRequest, principal: Principal): Promise<StoredVersion>
}

export interface Within {
  readonly tx: Transaction
  /** The id set aside for a create, so that references to it could be written before. */
  readonly id?: string
  /** Current versions by `Type/id`, loaded ahead in one round trip; undefined: looked for and not there. */
  readonly current?: ReadonlyMap<string, StoredVersion | undefined>
  /** What a conditional step's criteria match, locked and searched ahead. */
  readonly matches?: readonly StoredVersion[]
}

/** One request under way; each stage reads what the stages before it have found. */
export interface Walk {
  readonly parts: RoadParts
  readonly request: FhirRequest
  readonly principal: Principal
  readonly road: Road
  /** Where reads go: the caller's store, or the open transaction. */
  readonly reads: Reads
  /** Of a request that is alone and writes nothing. */
  readonly store?: Store
  /** Present for every write, and for any step of a transaction. */
  readonly tx?: Transaction
  readonly within?: Within
  /** Of a conditional interaction. */
  criteria?: Criteria
  /** Its criteria have been looked for: that is recorded, whatever becomes of the rest. */
  searched?: boolean
  /** The instance meant: from the URL, the match of a conditional interaction, or a new id. */
  id?: string
  current?: StoredVersion
  /** What a conditional delete shall delete. */
  matches?: readonly StoredVersion[]
  /** What a read, search or history found and shows: the audit asks whose it is. */
  touched?: readonly StoredVersion[]
  /** The event of this request is stored already. */
  recorded?: boolean
  resource?: Resource
  /** Of the header X-Provenance: what shall be told of the new version. */
  provenance?: Resource
  /** What the validation doubts without refusing it. */
  warnings?: readonly Issue[]
  /** Of Road.write: the change as the operation decided it. */
  readonly decided?: Change
  /** What this request itself shall write; several only for a conditional delete, none when there is nothing to do. */
  changes: readonly PlannedChange[]
  /** The new version of this request's own resource. */
  written?: StoredVersion
  response?: FhirResponse
}

/** A change with its place in the resource's history; `after` carries id and meta as they will be stored. */
export interface PlannedChange extends Change {
  readonly version: number
  readonly updated: Date
}

export type Stage = (walk: Walk) => void | Promise<void>
