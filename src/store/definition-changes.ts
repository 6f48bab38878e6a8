import pg from 'pg'
import { shippedTenant } from './shipped-tenant.ts'

/** Undefined: of any clinic; what was told while nobody listened is unknown. */
export type DefinitionListener = (tenant: string | undefined) => void

export interface DefinitionChangesOptions {
  readonly url: string
  readonly onFault: (sentence: string, cause: unknown) => void
}

const channel = 'almanac_definitions'
const firstPause = 500
const longestPause = 30_000

/**
 * Tells when a clinic's StructureDefinitions, ValueSets or CodeSystems have changed, by whichever process: triggers
 * notify when the change commits. Needs a connection of its own, made when somebody first wants to know.
 */
export class DefinitionChanges {
  readonly #options: DefinitionChangesOptions
  readonly #listeners = new Set<DefinitionListener>()
  #line: pg.Client | undefined
  #pause = firstPause
  #again: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: DefinitionChangesOptions) {
    this.#options = options
  }

  subscribe(listener: DefinitionListener): () => void {
    this.#listeners.add(listener)
    if (this.#line === undefined && this.#again === undefined) this.#connect()
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#again)
    const line = this.#line
    this.#line = undefined
    await line?.end().catch(() => undefined)
  }

  #connect(): void {
    const line = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'almanac definitions',
    })
    this.#line = line
    line.on('error', (cause) => this.#lost(line, cause))
    line.on('end', () => this.#lost(line, undefined))
    line.on('notification', ({ payload }) => this.#tell(payload === shippedTenant ? undefined : payload))
    line
      .connect()
      .then(() => line.query(`listen ${channel}`))
      .then(
        () => {
          this.#pause = firstPause
          this.#tell(undefined)
        },
        (cause) => this.#lost(line, cause),
      )
  }

  #lost(line: pg.Client, cause: unknown): void {
    if (this.#stopped || this.#line !== line) return
    this.#line = undefined
    line.end().catch(() => undefined)
    this.#options.onFault('The line that tells of changed definitions was lost', cause)
    this.#again = setTimeout(() => {
      this.#again = undefined
      this.#connect()
    }, this.#pause).unref()
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  #tell(tenant: string | undefined): void {
    for (const listener of this.#listeners) listener(tenant)
  }
}
