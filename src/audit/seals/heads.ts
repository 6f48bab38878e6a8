import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { ChainEntry } from './build-entries.ts'
import { statementHash } from './statement.ts'
import type { KnownHead } from './verify-chain.ts'

/**
 * The ends of the chains as this server last saw them, in a file beside the keys: what was cut off in the database is
 * still known here. By installation, so that another database under the same folder is not taken for this one.
 */
export class Heads {
  readonly #file: string
  readonly #installation: string

  constructor(file: string, installation: string) {
    this.#file = file
    this.#installation = installation
  }

  known(tenant: string): KnownHead | undefined {
    return this.#read()[this.#installation]?.[tenant]
  }

  tenants(): readonly string[] {
    return Object.keys(this.#read()[this.#installation] ?? {})
  }

  remember(entries: readonly ChainEntry[]): void {
    const all = this.#read()
    const mine = { ...all[this.#installation] }
    for (const { tenant, number, statement } of entries)
      if (number > (mine[tenant]?.number ?? -1)) mine[tenant] = { number, hash: statementHash(statement) }
    const draft = `${this.#file}.${process.pid}`
    writeFileSync(draft, JSON.stringify({ ...all, [this.#installation]: mine }, undefined, 1))
    renameSync(draft, this.#file)
  }

  #read(): Record<string, Record<string, KnownHead>> {
    return existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {}
  }
}
