import type { Connections } from './connections.ts'
import type { EventRow } from './event-row.ts'
import { Groups } from './groups.ts'
import { isRefusedStatement } from './postgres-errors.ts'
import type { RowEncoding } from './row-encoding.ts'
import { rememberForms, type StoredForms } from './stored-forms.ts'
import { type BatchContext, buildWriteBatch, type WriteBatch } from './write-batch.ts'

/**
 * Group commit. Concurrent transactions that are one statement each become one statement together, with one flush to
 * disk; each waits for its own. What PostgreSQL refuses of a group is sent again one by one, so that nobody fails for
 * another's fault.
 */
export class Commits {
  readonly #connections: Connections
  readonly #encoding: RowEncoding
  readonly #context: (tenant: string) => BatchContext
  readonly #forms: StoredForms
  readonly #writes: Groups<Commit, void>
  readonly #audits: Groups<readonly EventRow[], void>

  constructor(
    connections: Connections,
    encoding: RowEncoding,
    context: (tenant: string) => BatchContext,
    forms: StoredForms,
  ) {
    this.#connections = connections
    this.#encoding = encoding
    this.#context = context
    this.#forms = forms
    this.#writes = new Groups({ most: 64, atOnce: 4, send: (_key, commits) => this.#sendWrites(commits) })
    // A group of reads' events that fails fails all in it: what could not be recorded must not be answered.
    this.#audits = new Groups({
      most: 100,
      atOnce: 1,
      send: async (tenant, requests) => {
        await this.#run({ tenant, batch: { changes: [], events: requests.flat() } })
        return requests.map(() => done)
      },
    })
  }

  /** Resolves when all of `batch` is durable; rejects with PostgreSQL's error when none of it is. */
  write(tenant: string, batch: WriteBatch): Promise<void> {
    const kind = kindOf(batch)
    const commit = { tenant, batch }
    return kind === undefined ? this.#run(commit) : this.#writes.join(`${tenant}\n${kind}`, commit)
  }

  /** Those of one request. */
  audit(tenant: string, events: readonly EventRow[]): Promise<void> {
    if (events.length > mostEvents) return this.#run({ tenant, batch: { changes: [], events } })
    return this.#audits.join(tenant, events)
  }

  async #sendWrites(commits: readonly Commit[]): Promise<readonly PromiseSettledResult<void>[]> {
    if (commits.length === 1 || writesTwice(commits)) return this.#sendEach(commits)
    try {
      await this.#run(joined(commits))
      return commits.map(() => done)
    } catch (error) {
      if (!isRefusedStatement(error)) throw error
      return this.#sendEach(commits)
    }
  }

  #sendEach(commits: readonly Commit[]): Promise<readonly PromiseSettledResult<void>[]> {
    return Promise.allSettled(commits.map((commit) => this.#run(commit)))
  }

  async #run({ tenant, batch }: Commit): Promise<void> {
    const { known } = this.#forms
    await this.#connections.run(tenant, buildWriteBatch(batch, this.#encoding, this.#context(tenant), known))
    rememberForms(known, batch.events)
  }
}

interface Commit {
  readonly tenant: string
  readonly batch: WriteBatch
}

const done: PromiseSettledResult<void> = { status: 'fulfilled', value: undefined }

/** Beyond this a text is not held up by others, nor they by it. */
const largestShared = 64 * 1024

/** Of a request that waits for others; more are a statement by themselves. */
const mostEvents = 100

/** A visit and the slots it fills. */
const mostChanges = 4

/** Commits of one kind are one SQL text however many they are; undefined: one of its own. */
function kindOf({ changes, targets, guard }: WriteBatch): string | undefined {
  if (changes.length === 0 || changes.length > mostChanges) return undefined
  if (targets !== undefined && targets.eventIds.length > 0) return undefined
  let kind = ''
  for (const { type, version, content } of changes) {
    if (type === 'AuditEvent' || (content?.text.length ?? 0) > largestShared) return undefined
    kind += `${type}${content === undefined ? '-' : version === 1 ? '+' : '='}`
  }
  return `${kind}${targets === undefined ? '' : '&'}${guard?.name ?? ''}`
}

/** Two versions of one resource cannot come from one statement; one of the two has lost a race and must be told so. */
function writesTwice(commits: readonly Commit[]): boolean {
  const keys = commits.flatMap(({ batch }) => batch.changes.map(({ type, id }) => `${type}/${id}`))
  return new Set(keys).size < keys.length
}

function joined(commits: readonly Commit[]): Commit {
  const batches = commits.map(({ batch }) => batch)
  const targets = batches.flatMap((batch) => batch.targets ?? [])
  const guards = batches.flatMap(({ guard }) => guard ?? [])
  const [guard] = guards
  return {
    tenant: commits[0]?.tenant ?? '',
    batch: {
      changes: batches.flatMap(({ changes }) => changes),
      events: batches.flatMap(({ events }) => events),
      targets:
        targets.length === 0
          ? undefined
          : {
              types: targets.flatMap(({ types }) => types),
              ids: targets.flatMap(({ ids }) => ids),
              eventIds: [],
            },
      guard: guard && { name: guard.name, rows: guards.flatMap(({ rows }) => rows) },
    },
  }
}
