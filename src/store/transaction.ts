import { setTimeout as pause } from 'node:timers/promises'
import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { BegunTransaction } from './begun-transaction.ts'
import type { Commits } from './commits.ts'
import type { Connections } from './connections.ts'
import { type EventRow, eventRow, isEventRow } from './event-row.ts'
import { type ResourceKey, readNewest } from './newest-versions.ts'
import { isGuardRefused, isLostRace, missingReferences, translateError } from './postgres-errors.ts'
import type { OpenReads } from './reads.ts'
import { ReferenceCheck, type Targets } from './reference-check.ts'
import type { Newest } from './resource-reads.ts'
import type { RowEncoding } from './row-encoding.ts'
import type { Run, Statement } from './run.ts'
import type { SharedLookUps } from './shared-look-ups.ts'
import type { SharedReads } from './shared-reads.ts'
import type { Reads, RowChange, Transaction } from './store.ts'
import { rememberForms, type StoredForms } from './stored-forms.ts'
import { type BatchContext, buildWriteBatch, type Guard, type WriteBatch } from './write-batch.ts'

export interface TransactionParts {
  readonly connections: Connections
  readonly commits: Commits
  readonly sharedReads: SharedReads
  readonly sharedLookUps: SharedLookUps
  readonly encoding: RowEncoding
  readonly forms: StoredForms
  readonly context: BatchContext
  readonly checkReferences: boolean
  readonly openReads: OpenReads
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** A loser of a race queues behind the others from its second attempt on, so that few are ever needed. */
const mostAttempts = 9
const longestPause = 40

export async function runTransaction<T>(
  parts: TransactionParts,
  viewer: Viewer,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let contested: readonly string[] = []
  let hindered = false
  for (let attempt = 1; ; attempt++) {
    const tx = new BufferedTransaction(parts, viewer, hindered)
    try {
      if (contested.length > 0) await tx.lock(contested)
      const result = await work(tx)
      await tx.commit()
      return result
    } catch (error) {
      await tx.abandon()
      const unforeseen = !hindered && isGuardRefused(error)
      hindered = true
      if (unforeseen) continue
      if (!isLostRace(error) || attempt >= mostAttempts) throw translateError(error)
      contested = tx.written
      await pause(Math.random() * longestPause)
    }
  }
}

/**
 * Nothing is sent until something must be known or held. When all that is ever sent is the final flush, that is one
 * statement and needs no BEGIN: PostgreSQL's own statement is the transaction.
 */
class BufferedTransaction implements Transaction {
  readonly tenant: string
  readonly hindered: boolean
  readonly #parts: TransactionParts
  readonly #reads: Reads
  readonly #references: ReferenceCheck
  readonly #begun: BegunTransaction
  #changes: RowChange[] = []
  #events: EventRow[] = []
  #guard: Guard | undefined
  readonly #written: string[] = []
  readonly #afterCommit: (() => void)[] = []
  #beforeFlush: (() => Promise<void>)[] = []
  #settling = false
  #over = false

  constructor(parts: TransactionParts, viewer: Viewer, hindered: boolean) {
    this.tenant = viewer.tenant
    this.hindered = hindered
    this.#parts = parts
    this.#reads = parts.openReads(viewer, this.#runRead, this.#newest)
    this.#references = new ReferenceCheck(parts.context.localBases)
    this.#begun = new BegunTransaction(parts.connections, viewer.tenant)
  }

  as(viewer: Viewer): Reads {
    if (viewer.tenant !== this.tenant) throw new Error('A transaction belongs to one clinic')
    return this.#parts.openReads(viewer, this.#runRead, this.#newest)
  }

  read: Reads['read'] = (type, id) => this.#reads.read(type, id)
  readMany: Reads['readMany'] = (keys) => this.#reads.readMany(keys)
  vread: Reads['vread'] = (type, id, version) => this.#reads.vread(type, id, version)
  history: Reads['history'] = (query) => this.#reads.history(query)
  search: Reads['search'] = (query) => this.#reads.search(query)
  terminology: Reads['terminology'] = (question) => this.#reads.terminology(question)

  async lock(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    await this.#flush()
    // By their hashes, for it is these that are locked: two keys of one hash must not be taken in two orders.
    await this.#begun.run({
      text: `select pg_advisory_xact_lock(hash) from (
               select distinct hashtextextended($1 || key, 1634495854) as hash from unnest($2::text[]) key order by hash) k`,
      values: [`${this.tenant}\n`, keys],
    })
  }

  write(change: RowChange): void {
    this.#checkOpen()
    this.#changes.push(change)
    if (this.#parts.checkReferences) this.#references.add(change)
    this.#written.push(`${change.type}/${change.id}`)
  }

  audit(event: Resource | EventRow): void {
    this.#checkOpen()
    const { encoding, context } = this.#parts
    this.#events.push(isEventRow(event) ? event : eventRow(event, encoding, context))
  }

  guard(name: string, rows: readonly object[]): void {
    this.#checkOpen()
    if (this.#guard !== undefined && this.#guard.name !== name) throw new Error('A flush has one guard')
    this.#guard = { name, rows: [...(this.#guard?.rows ?? []), ...rows] }
  }

  flush(): Promise<void> {
    return this.#flush()
  }

  async lookUp<Row extends object>(
    text: string,
    lists: readonly (readonly string[])[],
  ): Promise<readonly Row[]> {
    await this.#flush()
    if (this.#begun.isBegun) return this.#begun.run<Row>({ text, values: lists })
    return this.#parts.sharedLookUps.run<Row>(this.tenant, text, lists)
  }

  async query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    await this.#flush()
    return this.#begun.run<Row>({ text, values })
  }

  beforeFlush(action: () => Promise<void>): void {
    this.#checkOpen()
    this.#beforeFlush.push(action)
  }

  afterCommit(action: () => void): void {
    this.#afterCommit.push(action)
  }

  get settling(): boolean {
    return this.#settling
  }

  get written(): readonly string[] {
    return this.#written
  }

  async commit(): Promise<void> {
    this.#checkOpen()
    if (this.#beforeFlush.length > 0) await this.#settle()
    await this.#checkSeen()
    const last = this.#takeBatch(this.#references.remaining())
    if (this.#begun.isBegun) await this.#explain(this.#begun.commit(last && this.#build(last)))
    else if (last !== undefined) await this.#explain(this.#parts.commits.write(this.tenant, last))
    this.#over = true
    for (const action of this.#afterCommit) this.#runAfter(action)
  }

  /** A reference to what the writer does not see is answered as one to nothing. What is still in the buffer is not asked for. */
  async #checkSeen(): Promise<void> {
    const run: Run = (statement) =>
      this.#begun.isBegun ? this.#begun.run(statement) : this.#parts.connections.run(this.tenant, statement)
    for (const [viewer, keys] of this.#references.limits()) {
      const newest: Newest = async (key) => (await readNewest(run, this.tenant, [key]))[0]
      const seen = await this.#parts.openReads(viewer, run, newest).readMany(keys)
      const shown = new Set(seen.filter((one) => !one.deleted).map(({ type, id }) => `${type}/${id}`))
      const unseen = keys.map(({ type, id }) => `${type}/${id}`).filter((key) => !shown.has(key))
      if (unseen.length > 0) throw this.#references.refuse(unseen)
    }
  }

  async abandon(): Promise<void> {
    this.#over = true
    await this.#begun.rollBack()
  }

  async #flush(): Promise<void> {
    this.#checkOpen()
    if (this.#settling) return
    if (this.#beforeFlush.length > 0) await this.#settle()
    const batch = this.#takeBatch()
    if (batch !== undefined) await this.#begun.run(this.#build(batch))
  }

  /** What these actions ask goes out ahead of the buffer, so that they hold what they need before any row is written. */
  async #settle(): Promise<void> {
    this.#settling = true
    try {
      for (let action = this.#beforeFlush.shift(); action !== undefined; action = this.#beforeFlush.shift())
        await action()
    } finally {
      this.#settling = false
    }
  }

  #build(batch: WriteBatch): Statement {
    const { encoding, context, forms } = this.#parts
    const { known } = forms
    this.#afterCommit.push(() => rememberForms(known, batch.events))
    return buildWriteBatch(batch, encoding, context, known)
  }

  #takeBatch(targets?: Targets): WriteBatch | undefined {
    const nothing = this.#changes.length + this.#events.length === 0 && this.#guard === undefined
    if (nothing && targets === undefined) return undefined
    const changes = this.#changes
    const events = this.#events
    const guard = this.#guard
    this.#changes = []
    this.#events = []
    this.#guard = undefined
    return { changes, events, targets, guard }
  }

  /** Reads before the first write or lock hold nothing, so they need no transaction: each statement sees what is committed. */
  #runRead: Run = async <Row extends object>(statement: Statement) => {
    await this.#flush()
    if (this.#begun.isBegun) return this.#begun.run<Row>(statement)
    return this.#parts.connections.run<Row>(this.tenant, statement)
  }

  #newest = async (key: ResourceKey) => {
    await this.#flush()
    if (!this.#begun.isBegun) return this.#parts.sharedReads.read(this.tenant, key)
    return (await readNewest((statement) => this.#begun.run(statement), this.tenant, [key]))[0]
  }

  /** A reference to nothing is told with its place, which only the resources know. */
  async #explain(sent: Promise<unknown>): Promise<void> {
    try {
      await sent
    } catch (error) {
      const targets = missingReferences(error)
      if (targets === undefined) throw error
      throw this.#references.refuse(targets, error)
    }
  }

  #runAfter(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#parts.onFault('What follows a commit failed', error)
    }
  }

  #checkOpen(): void {
    if (this.#over) throw new Error('This transaction has ended')
  }
}
