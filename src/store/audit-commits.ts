import type { Resource } from '#fhir/resource.ts'
import type { Connections } from './connections.ts'
import { translateError } from './postgres-errors.ts'
import type { RowEncoding } from './row-encoding.ts'
import { type BatchContext, buildWriteBatch } from './write-batch.ts'

/** More at once would hold the first ones up. */
const mostEvents = 500

interface Waiting {
  readonly event: Resource
  readonly done: () => void
  readonly failed: (reason: unknown) => void
}

/**
 * Group commit: the events of concurrent reads share one insert and one flush to disk, and each waits for its own.
 * While one group is on its way the next one gathers. A group that fails fails all in it: what could not be recorded must not be
 * answered.
 */
export class AuditCommits {
  readonly #connections: Connections
  readonly #encoding: RowEncoding
  readonly #context: (tenant: string) => BatchContext
  readonly #gathering = new Map<string, Waiting[]>()
  readonly #sending = new Set<string>()

  constructor(connections: Connections, encoding: RowEncoding, context: (tenant: string) => BatchContext) {
    this.#connections = connections
    this.#encoding = encoding
    this.#context = context
  }

  record(tenant: string, event: Resource): Promise<void> {
    return new Promise((done, failed) => {
      const group = this.#gathering.get(tenant)
      if (group === undefined) this.#gathering.set(tenant, [{ event, done, failed }])
      else group.push({ event, done, failed })
      if (!this.#sending.has(tenant)) void this.#sendAll(tenant)
    })
  }

  async #sendAll(tenant: string): Promise<void> {
    this.#sending.add(tenant)
    for (;;) {
      const group = this.#gathering.get(tenant)
      if (group === undefined) break
      if (group.length > mostEvents) this.#gathering.set(tenant, group.slice(mostEvents))
      else this.#gathering.delete(tenant)
      await this.#send(tenant, group.slice(0, mostEvents))
    }
    this.#sending.delete(tenant)
  }

  async #send(tenant: string, group: readonly Waiting[]): Promise<void> {
    try {
      const events = group.map(({ event }) => event)
      const statement = buildWriteBatch({ changes: [], events }, this.#encoding, this.#context(tenant))
      await this.#connections.run(tenant, statement)
      for (const { done } of group) done()
    } catch (error) {
      const reason = translateError(error)
      for (const { failed } of group) failed(reason)
    }
  }
}
