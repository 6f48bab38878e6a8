import type { Principal } from '#access/principal.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Database, Reads, Transaction } from '#store/store.ts'
import type { FhirRequest, FhirResponse, Interact, RequestBody } from './exchange.ts'
import type { Change, WriteRule } from './write-rule.ts'

/** What the road is made of, handed in once at start. */
export interface RoadParts {
  readonly database: Database
  readonly definitions: Definitions
  readonly rules: readonly WriteRule[]
  readonly settings: InteractionSettings
  readonly clock: () => Date
  readonly newId: () => string
  /** Refuses a resource that is not what its type allows; reports every issue at once. */
  readonly checkStructure: (resource: unknown, type: string) => asserts resource is Resource
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
}

export interface Road {
  /** Alone (HTTP, batch entry): its own transaction when it writes; audited whether permitted or refused. */
  readonly interact: Interact
  /**
   * As one step of a transaction already open: sees its writes, and its audit event commits with it. A refusal is
   * thrown and left to whoever opened the transaction, who is audited for it.
   */
  step(request: FhirRequest, principal: Principal, within: Within): Promise<FhirResponse>
  /** A write that an operation decided: rules and their follow-ups, rows, the caller's visibility; no audit event. */
  write(change: Change, tx: Transaction, principal: Principal): Promise<StoredVersion>
}

export interface Within {
  readonly tx: Transaction
  /** The id set aside for a create, so that references to it could be written before. */
  readonly id?: string
  /** Current versions by `Type/id`, loaded ahead in one round trip; undefined: looked for and not there. */
  readonly current?: ReadonlyMap<string, StoredVersion | undefined>
}

/** One request under way; each stage reads what the stages before it have found. */
export interface Walk {
  readonly parts: RoadParts
  readonly request: FhirRequest
  readonly principal: Principal
  readonly road: Road
  /** Where reads go: the caller's store, or the open transaction. */
  readonly reads: Reads
  /** Present for every write, and for any step of a transaction. */
  readonly tx?: Transaction
  readonly within?: Within
  /** The criteria of a conditional interaction, as sent. */
  criteria?: string
  /** The instance meant: from the URL, the match of a conditional interaction, or a new id. */
  id?: string
  current?: StoredVersion
  /** Further matches of a conditional delete. */
  others?: readonly StoredVersion[]
  resource?: Resource
  /** What this request has written, its own resource first. */
  written?: readonly StoredVersion[]
  response?: FhirResponse
}

export type Stage = (walk: Walk) => void | Promise<void>
