import { existsSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { ChainEntry } from './build-entries.ts'
import { statementHash } from './statement.ts'
import type { KnownHead } from './verify-chain.ts'

type Known = Record<string, Record<string, KnownHead>>

/** It is a second copy of what the database has: some seconds behind is near enough. */
const writeEvery = 5_000

/**
 * The ends of the chains as this machine last saw them, in a file beside the keys: what was cut off in the database is
 * still known here. By installation, so that another database under the same folder is not taken for this one.
 */
export class Heads {
  readonly #file: string
  readonly #installation: string
  readonly #seen = new Map<string, KnownHead>()
  readonly #onFault: (cause: unknown) => void
  #timer: NodeJS.Timeout | undefined

  constructor(file: string, installation: string, onFault: (cause: unknown) => void = () => undefined) {
    this.#file = file
    this.#installation = installation
    this.#onFault = onFault
  }

  known(tenant: string): KnownHead | undefined {
    return newer(this.#seen.get(tenant), this.#read()[this.#installation]?.[tenant])
  }

  tenants(): readonly string[] {
    return Object.keys(this.#read()[this.#installation] ?? {})
  }

  /** The file follows by and by. */
  remember(entries: readonly ChainEntry[]): void {
    for (const { tenant, number, statement } of entries)
      if (number > (this.#seen.get(tenant)?.number ?? -1))
        this.#seen.set(tenant, { number, hash: statementHash(statement) })
    this.#timer ??= setTimeout(() => void this.flush(), writeEvery).unref()
  }

  /** Other processes write it too: of each clinic the newest stays. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      const all = this.#read()
      const mine = { ...all[this.#installation] }
      for (const [tenant, head] of this.#seen) mine[tenant] = newer(head, mine[tenant]) ?? head
      const draft = `${this.#file}.${process.pid}`
      await writeFile(draft, JSON.stringify({ ...all, [this.#installation]: mine }, undefined, 1))
      await rename(draft, this.#file)
    } catch (cause) {
      this.#onFault(cause)
    }
  }

  #read(): Known {
    return existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {}
  }
}

function newer(a: KnownHead | undefined, b: KnownHead | undefined): KnownHead | undefined {
  return (b?.number ?? -1) > (a?.number ?? -1) ? b : a
}
