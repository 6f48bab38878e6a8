import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { SearchQuery, Viewer } from '#fhir/search-query.ts'
import type { TerminologyQuestion } from '#fhir/terminology/gather-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import type { DefinitionChanges } from './definition-changes.ts'
import type { EventForm } from './event-form.ts'
import type { EventRow } from './event-row.ts'
import type { Notifications } from './notifications.ts'
import type { Settings } from './settings.ts'
import type { SigningKeyRows } from './signing-keys.ts'

/**
 * The door of the room. There is no store without a caller: `openStore(viewer)` shows exactly what that viewer
 * may see, and `asSystem(tenant)` says by name that the server itself looks.
 */
export interface Database extends Settings {
  openStore(viewer: Viewer): Store
  asSystem(tenant: string): Store
  /** Resolves when the events are durable; concurrent callers share one insert and one flush (group commit). */
  recordAudit(tenant: string, ...events: readonly (Resource | EventRow)[]): Promise<void>
  /** For events that differ from the sample in nothing but the marks, the first of which is its id; undefined: they are stored whole. */
  eventForm(tenant: string, sample: Resource, marks: readonly string[]): EventForm | undefined
  /** One cheap round trip, for /ready. Rejects with a Refusal 'unavailable'. */
  ping(): Promise<void>
  stats(): DatabaseStats
  /** How much waits after the commit. */
  outbox(): Promise<OutboxState>
  readonly signingKeys: SigningKeyRows
  /** StructureDefinitions, ValueSets and CodeSystems that clinics store, in whichever process. */
  readonly definitionChanges: Pick<DefinitionChanges, 'subscribe'>
  /** What any process told by pg_notify. */
  readonly notifications: Pick<Notifications, 'subscribe'>
  /** One statement by itself, for tables of the rooms above that belong to no clinic. */
  global<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** One statement as the role that keeps house and sees all clinics: for work that falls due, whosever it is. */
  acrossClinics<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface DatabaseStats {
  readonly poolTotal: number
  readonly poolIdle: number
  readonly poolWaiting: number
}

export interface OutboxState {
  /** About: numbers that were rolled back count as well. */
  readonly rows: number
  readonly oldest?: Date
}

export interface Reads {
  /** The current version, deleted or not; undefined when unknown or not visible (deleted: only to viewers who see 'all'). */
  read(type: string, id: string): Promise<StoredVersion | undefined>
  readMany(keys: readonly { type: string; id: string }[]): Promise<readonly StoredVersion[]>
  vread(type: string, id: string, version: number): Promise<StoredVersion | undefined>
  history(query: HistoryQuery): Promise<HistoryPage>
  search(query: SearchQuery): Promise<SearchPage>
  /**
   * What codes mean, shipped with the server or stored by the clinic; whoever looks, it is the same. Without a question
   * all that the clinic has, for whoever checks its resources.
   */
  terminology(question?: TerminologyQuestion): Promise<Terminology>
}

/** Not recorded is what was not found, is deleted, or is no Patient and may name some. */
export interface RecordedRead {
  readonly stored: StoredVersion | undefined
  readonly recorded: boolean
}

export interface Store extends Reads {
  /**
   * `read` in one statement with its event, whose version is `foundVersion` (recorded-reads.ts) and whose patient is the one read, or
   * nobody. Undefined, and nothing is done: whether this viewer sees it depends on what it says, or there is no such event.
   */
  readRecorded(
    type: string,
    id: string,
    foresee: () => EventRow | undefined,
  ): Promise<RecordedRead> | undefined
  /**
   * Runs `work` as one unit: all its writes commit together or none does. Lost races (a version someone else made
   * first, 40001, 40P01) run `work` again on a fresh transaction, a bounded number of times.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

export interface Transaction extends Reads {
  readonly tenant: string
  /** This transaction's reads as another viewer sees them: permissions differ in what they show. */
  as(viewer: Viewer): Reads
  /** Waits for, then holds until the end, one advisory lock a key; sorts them, so callers cannot deadlock. */
  lock(keys: readonly string[]): Promise<void>
  /** Buffered; sent before the next read of this transaction and at commit, few statements however many changes. */
  write(change: RowChange): void
  /** The AuditEvent commits with the writes. */
  audit(event: Resource | EventRow): void
  /** Sends what is buffered now, so that conflicts show here. */
  flush(): Promise<void>
  /** An attempt before this one has failed: what it foresaw did not hold, so it must be asked and held. */
  readonly hindered: boolean
  /**
   * Joins the statement that writes what is buffered, ahead of its rows: `name` is a function that throws AL003, or meets an exclusion
   * constraint, when `rows` cannot be; the work is then run again, `hindered`. Of transactions that are written together the rows are one call's.
   */
  guard(name: string, rows: readonly object[]): void
  /**
   * What is committed, while nothing is held yet in one statement with what others look up at that moment: each list is
   * one array parameter, and rows that the others asked for come along.
   */
  lookUp<Row extends object>(text: string, lists: readonly (readonly string[])[]): Promise<readonly Row[]>
  /** For tables that a room owns (claims, holds): runs inside this transaction, tenant already set. */
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]>
  /**
   * Runs once, before what is buffered is sent: the place for locks that must be held before any row is written. What it
   * reads does not see the buffer; what it writes goes out with it.
   */
  beforeFlush(action: () => Promise<void>): void
  /** Such actions are running. */
  readonly settling: boolean
  /** Runs after a successful commit; errors in it are logged, never answered. */
  afterCommit(action: () => void): void
}

/** A new version of one resource. `version` is the expected next one: 1, or the current one + 1. */
export interface RowChange {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: Date
  /** Absent for a delete. Text and resource say the same, id and meta included. */
  readonly content?: { readonly resource: Resource; readonly text: string }
  /**
   * Of a writer who does not see everything: what is newly referred to must exist for them. The server itself may name those whom
   * it knows by their token alone.
   */
  readonly writer?: { readonly sees: Viewer; readonly before?: Resource } | 'server'
}

export interface HistoryQuery {
  readonly type?: string
  readonly id?: string
  /** System level: these types only (what the caller may see). */
  readonly types?: readonly string[]
  readonly since?: Date
  /** Versions current at some time in the half-open range. */
  readonly at?: { readonly start: Date; readonly end: Date }
  readonly count: number
  readonly total: boolean
  readonly cursor?: string
}

export interface HistoryPage {
  readonly versions: readonly StoredVersion[]
  readonly total?: number
  readonly next?: string
}

export interface SearchPage {
  readonly matches: readonly StoredVersion[]
  readonly included: readonly StoredVersion[]
  readonly total?: number
  /** Cursors: opaque text, not yet signed; http links carry them through fhir/paging-token.ts. */
  readonly next?: string
  readonly previous?: string
  /** Things the caller should know: an include cut off at its cap. */
  readonly warnings: readonly string[]
}
